"""Dumps of the original application's database, in several hands."""

from __future__ import annotations

from typing import Any

from tests.original.old import COLUMNS, SCHEMA, Rows

MARKS = {"\\": "\\\\", "'": "\\'", '"': '\\"', "\n": "\\n", "\r": "\\r", "\0": "\\0", "\x1a": "\\Z"}


def quoted(value: Any, marks: dict[str, str] = MARKS) -> str:
    """A value as mysqldump writes it."""
    if value is None or isinstance(value, int):
        return "NULL" if value is None else str(value)
    return "'" + "".join(marks.get(char, char) for char in value) + "'"


def mysqldump(rows: Rows, extended: bool = True, charset: str = "utf8mb4") -> str:
    """As mysqldump: tables by name, no lists of columns, times in UTC."""
    parts = [
        "-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)\n--\n-- Host: localhost    Database: shop\n\n"
        "/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;\n"
        f"/*!50503 SET NAMES {charset} */;\n/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;\n"
        "/*!40103 SET TIME_ZONE='+00:00' */;\n"
        "/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;\n"
    ]
    for table in sorted(rows):
        parts.append(
            f"DROP TABLE IF EXISTS `{table}`;\n/*!50503 SET character_set_client = utf8mb4 */;\n"
            f"CREATE TABLE `{table}` (\n  {SCHEMA[table]}\n) ENGINE=InnoDB DEFAULT CHARSET={charset};\n"
            f"LOCK TABLES `{table}` WRITE;\n/*!40000 ALTER TABLE `{table}` DISABLE KEYS */;\n"
        )
        tuples = [f"({','.join(map(quoted, row))})" for row in rows[table]]
        groups = [",".join(tuples)] if extended else tuples
        parts += [f"INSERT INTO `{table}` VALUES {group};\n" for group in groups if group]
        parts.append(f"/*!40000 ALTER TABLE `{table}` ENABLE KEYS */;\nUNLOCK TABLES;\n")
    parts.append(
        "/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;\n/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;\n"
        "/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;\n\n-- Dump completed on 2026-03-14 12:00:00\n"
    )
    return "".join(parts)


def phpmyadmin(rows: Rows) -> str:
    """As phpMyAdmin: lists of columns, keys added at the end, doubled quotes."""
    parts = [
        "-- phpMyAdmin SQL Dump\n-- version 5.2.1\n\nSET SQL_MODE = \"NO_AUTO_VALUE_ON_ZERO\";\nSTART TRANSACTION;\n"
        "SET time_zone = \"+00:00\";\n\n/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;\n"
        "/*!40101 SET NAMES utf8mb4 */;\n\n--\n-- Database: `shop`\n--\n"
    ]  # fmt: skip
    for table in rows:
        names = ", ".join(f"`{name}`" for name in COLUMNS[table].split())
        body = SCHEMA[table].split(", PRIMARY KEY")[0].split(",\n  PRIMARY KEY")[0]
        parts.append(f"\n-- --------\n\nCREATE TABLE `{table}` (\n{body}\n) ENGINE=InnoDB;\n")
        tuples = [f"({', '.join(map(_doubled, row))})" for row in rows[table]]
        if tuples:
            parts.append(f"\nINSERT INTO `{table}` ({names}) VALUES\n" + ",\n".join(tuples) + ";\n")
    parts.append("\nALTER TABLE `customers`\n  ADD PRIMARY KEY (`customer_id`);\nCOMMIT;\n\n")
    return "".join(parts) + "/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;\n"


def heidi(rows: Rows) -> str:
    """As HeidiSQL: tabs, IF NOT EXISTS, a database of its own, REPLACE."""
    parts = [
        "-- --------\n-- HeidiSQL Version:             12.6.0.6765\n-- --------\n\n"
        "/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;\n/*!40101 SET NAMES utf8 */;\n"
        "/*!50503 SET NAMES utf8mb4 */;\n/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;\n"
        "/*!40103 SET TIME_ZONE='+00:00' */;\n\nCREATE DATABASE IF NOT EXISTS `shop` /*!40100 DEFAULT CHARACTER SET "
        "utf8mb4 */;\nUSE `shop`;\n"
    ]
    for table in rows:
        names = ", ".join(f"`{name}`" for name in COLUMNS[table].split())
        parts.append(f"CREATE TABLE IF NOT EXISTS `{table}` (\n{SCHEMA[table]}\n) ENGINE=InnoDB;\n")
        tuples = [f"\t({', '.join(map(quoted, row))})" for row in rows[table]]
        if tuples:
            parts.append(f"REPLACE INTO `{table}` ({names}) VALUES\n" + ",\n".join(tuples) + ";\n")
    parts.append("/*!40103 SET TIME_ZONE=IFNULL(@OLD_TIME_ZONE, 'system') */;\n")
    return "".join(parts) + "/*!40101 SET CHARACTER_SET_CLIENT=IFNULL(@OLD_CHARACTER_SET_CLIENT, '') */;\n"


def ansi(rows: Rows) -> str:
    """Bare, with names in double quotes and hex for what is not plain; no comments at all."""
    parts = []
    for table in rows:
        body = SCHEMA[table].replace("`", '"')
        parts.append(f'CREATE TABLE "shop"."{table}" ({body});\n')
        parts += [f'INSERT IGNORE INTO "{table}" VALUES ({", ".join(map(_hexed, row))});\n' for row in rows[table]]
    return "SET time_zone='+00:00';\n" + "".join(parts)


def _doubled(value: Any) -> str:
    return quoted(value, MARKS | {"'": "''", '"': '"'})


def _hexed(value: Any) -> str:
    return (
        quoted(value)
        if not isinstance(value, str) or value.isalnum() or not value
        else f"0x{value.encode().hex().upper()}"
    )


STYLES = {
    "mysqldump": mysqldump,
    "one row a statement": lambda rows: mysqldump(rows, extended=False),
    "phpMyAdmin": phpmyadmin,
    "HeidiSQL": heidi,
    "ANSI": ansi,
}
