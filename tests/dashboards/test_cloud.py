"""The cloud: words of every script are whole, and each leads to its returns."""

from collections import Counter
from datetime import date

from cms.dashboards import cloud as module
from cms.dashboards.charts import return_hrefs
from cms.dashboards.cloud import cloud
from cms.dashboards.words import words_in
from cms.figures.charts import Scene
from cms.figures.ranges import Range

DAY = date(2026, 3, 14)


def test_indian_words_are_not_cut_at_their_vowel_signs():
    found = words_in(["देर से आया", "చిరిగింది మరియు ఆలస్యం", "தாமதம்"])
    assert {"देर", "చిరిగింది", "ఆలస్యం", "தாமதம்"} <= set(found)
    assert "से" not in found and "మరియు" not in found


def test_a_word_counts_once_a_return_and_stop_words_and_numbers_do_not():
    assert words_in(["Late late LATE 123 the", "It's late!"]) == Counter({"late": 2, "it's": 1})


def cloud_of(reasons, words):
    return cloud(reasons, words, return_hrefs(Scene(Range("30d", DAY, DAY), DAY, "INR"), reasons, words))


def test_each_word_has_its_place_and_leads_to_its_returns():
    found = {word.text: word for word in cloud_of({"Wrong size": 9, "Damaged & torn": 3}, {"देर": 4, "<b>": 1})}
    days = "&state=refunded&since=2026-03-14&until=2026-03-14"
    assert found["Wrong size"].href == f"/returns?reason=Wrong+size{days}"
    assert found["Damaged & torn"].href == f"/returns?reason=Damaged+%26+torn{days}"
    assert found["देर"].href == f"/returns?word=%E0%A4%A6%E0%A5%87%E0%A4%B0{days}" and found["देर"].count == 4
    assert found["Wrong size"].size > found["Damaged & torn"].size
    assert all(word.x >= 0 and word.x + word.long <= 345 and 0 < word.y <= 250 for word in found.values())


def test_no_words_are_no_cloud_and_a_broken_one_is_none_either(monkeypatch):
    assert cloud({}, {}, {}) == []
    monkeypatch.setattr(module.sys, "executable", "/no/such/python")
    assert cloud_of({"Never placed before": 1}, {}) == []


def test_a_count_more_does_not_place_the_words_anew(monkeypatch):
    first = cloud_of({"Too small": 100, "Too large": 50}, {})
    monkeypatch.setattr(module.subprocess, "run", None)
    assert [word.x for word in cloud_of({"Too small": 101, "Too large": 51}, {})] == [word.x for word in first]
