"""Who the demo's customers are: names as they are given in several states, and the cities they live in.

Names are common ones, put together by chance; e-mails end in example.com and are nobody's.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    """Names of one language, the cities where they are common (city, state, first digits of the PIN code)."""

    female: tuple[str, ...]
    male: tuple[str, ...]
    family: tuple[str, ...]
    cities: tuple[tuple[str, str, str], ...]
    written: tuple[tuple[str, str], ...] = ()
    """Some whole names in the region's own script, with their Latin spelling."""


REGIONS = (
    Region(
        ("Priya", "Neha", "Pooja", "Anjali", "Sunita", "Kavita", "Ritu", "Shreya", "Nisha", "Swati", "Meena", "Aarti"),
        ("Rahul", "Amit", "Rohit", "Vikas", "Sanjay", "Manoj", "Ankit", "Deepak", "Rajesh", "Alok", "Nitin", "Arjun"),
        (
            "Sharma",
            "Verma",
            "Gupta",
            "Singh",
            "Mishra",
            "Yadav",
            "Tiwari",
            "Agarwal",
            "Chauhan",
            "Saxena",
            "Joshi",
            "Pandey",
        ),
        (
            ("New Delhi", "Delhi", "1100"),
            ("Lucknow", "Uttar Pradesh", "2260"),
            ("Kanpur", "Uttar Pradesh", "2080"),
            ("Jaipur", "Rajasthan", "3020"),
            ("Indore", "Madhya Pradesh", "4520"),
            ("Bhopal", "Madhya Pradesh", "4620"),
            ("Patna", "Bihar", "8000"),
            ("Noida", "Uttar Pradesh", "2013"),
        ),
        (
            ("प्रिया शर्मा", "priya.sharma"),
            ("राहुल वर्मा", "rahul.verma"),
            ("सुनीता गुप्ता", "sunita.gupta"),
            ("अमित सिंह", "amit.singh"),
            ("कविता मिश्रा", "kavita.mishra"),
            ("मनोज यादव", "manoj.yadav"),
            ("नेहा अग्रवाल", "neha.agarwal"),
            ("संजय तिवारी", "sanjay.tiwari"),
        ),
    ),
    Region(
        ("Sneha", "Ashwini", "Rutuja", "Vaishali", "Manasi", "Pallavi", "Tejal", "Madhuri", "Smita", "Gauri"),
        ("Sachin", "Omkar", "Aniket", "Prasad", "Swapnil", "Mahesh", "Sagar", "Tushar", "Nilesh", "Vinayak"),
        ("Patil", "Deshmukh", "Kulkarni", "Jadhav", "Pawar", "Shinde", "More", "Gaikwad", "Bhosale", "Kale"),
        (
            ("Mumbai", "Maharashtra", "4000"),
            ("Pune", "Maharashtra", "4110"),
            ("Nagpur", "Maharashtra", "4400"),
            ("Nashik", "Maharashtra", "4220"),
            ("Panaji", "Goa", "4030"),
        ),
        (("स्नेहा पाटील", "sneha.patil"), ("सचिन जाधव", "sachin.jadhav"), ("मानसी कुलकर्णी", "manasi.kulkarni")),
    ),
    Region(
        ("Hetal", "Komal", "Dhara", "Jinal", "Bhavna", "Foram", "Krupa", "Nirali"),
        ("Jignesh", "Hardik", "Chirag", "Mehul", "Ketan", "Dhaval", "Parth", "Bhavesh"),
        ("Patel", "Shah", "Mehta", "Desai", "Trivedi", "Parmar", "Solanki", "Modi"),
        (
            ("Ahmedabad", "Gujarat", "3800"),
            ("Surat", "Gujarat", "3950"),
            ("Vadodara", "Gujarat", "3900"),
            ("Rajkot", "Gujarat", "3600"),
        ),
    ),
    Region(
        ("Ananya", "Sohini", "Moumita", "Paromita", "Rituparna", "Debjani", "Tanushree", "Sreya"),
        ("Sourav", "Anirban", "Subhajit", "Arnab", "Debashis", "Partha", "Kaushik", "Sayan"),
        ("Banerjee", "Chatterjee", "Mukherjee", "Das", "Ghosh", "Bose", "Sen", "Dutta"),
        (("Kolkata", "West Bengal", "7000"), ("Howrah", "West Bengal", "7111"), ("Siliguri", "West Bengal", "7340")),
    ),
    Region(
        ("Lakshmi", "Kavitha", "Divya", "Revathi", "Meenakshi", "Abinaya", "Gayathri", "Nandhini", "Vidya", "Janani"),
        ("Karthik", "Senthil", "Murugan", "Prakash", "Vignesh", "Saravanan", "Arun", "Bala", "Dinesh", "Surya"),
        ("Subramanian", "Raman", "Krishnan", "Natarajan", "Sundaram", "Pillai", "Iyer", "Selvam", "Rajan", "Kumar"),
        (
            ("Chennai", "Tamil Nadu", "6000"),
            ("Coimbatore", "Tamil Nadu", "6410"),
            ("Madurai", "Tamil Nadu", "6250"),
            ("Tiruchirappalli", "Tamil Nadu", "6200"),
        ),
        (
            ("லட்சுமி ராமன்", "lakshmi.raman"),
            ("கார்த்திக் சுந்தரம்", "karthik.sundaram"),
            ("கவிதா கிருஷ்ணன்", "kavitha.krishnan"),
            ("முருகன் செல்வம்", "murugan.selvam"),
            ("மீனாட்சி நடராஜன்", "meenakshi.natarajan"),
        ),
    ),
    Region(
        ("Sravani", "Padmaja", "Swathi", "Anusha", "Bhargavi", "Haritha", "Sirisha", "Mounika", "Keerthi", "Lavanya"),
        ("Srinivas", "Venkatesh", "Ravi", "Naresh", "Kiran", "Praveen", "Harish", "Chandra", "Sai", "Mahendra"),
        ("Reddy", "Rao", "Naidu", "Chowdary", "Goud", "Varma", "Sastry", "Raju", "Prasad", "Murthy"),
        (
            ("Hyderabad", "Telangana", "5000"),
            ("Warangal", "Telangana", "5060"),
            ("Visakhapatnam", "Andhra Pradesh", "5300"),
            ("Vijayawada", "Andhra Pradesh", "5200"),
        ),
        (
            ("శ్రీనివాస్ రెడ్డి", "srinivas.reddy"),
            ("పద్మజ రావు", "padmaja.rao"),
            ("వెంకటేష్ నాయుడు", "venkatesh.naidu"),
            ("స్వాతి చౌదరి", "swathi.chowdary"),
            ("లావణ్య మూర్తి", "lavanya.murthy"),
        ),
    ),
    Region(
        ("Shwetha", "Ramya", "Chaitra", "Pavithra", "Asha", "Sahana", "Rekha", "Vani"),
        ("Manjunath", "Girish", "Raghavendra", "Shivakumar", "Darshan", "Nagaraj", "Basavaraj", "Umesh"),
        ("Gowda", "Hegde", "Shetty", "Bhat", "Kamath", "Patil", "Acharya", "Nayak"),
        (
            ("Bengaluru", "Karnataka", "5600"),
            ("Mysuru", "Karnataka", "5700"),
            ("Mangaluru", "Karnataka", "5750"),
            ("Hubballi", "Karnataka", "5800"),
        ),
    ),
    Region(
        ("Anu", "Sreelakshmi", "Remya", "Athira", "Parvathy", "Neethu", "Fathima", "Mary"),
        ("Vishnu", "Sreejith", "Anoop", "Jithin", "Rajeev", "Manu", "Ashraf", "Thomas"),
        ("Nair", "Menon", "Pillai", "Kurup", "Varghese", "Mathew", "Thomas", "Rahman"),
        (("Kochi", "Kerala", "6820"), ("Thiruvananthapuram", "Kerala", "6950"), ("Kozhikode", "Kerala", "6730")),
    ),
    Region(
        ("Harpreet", "Simran", "Gurleen", "Manpreet", "Jasleen", "Navneet", "Amandeep", "Kiran"),
        ("Gurpreet", "Jaspreet", "Harjit", "Baljit", "Sukhwinder", "Ranjit", "Parminder", "Kuldeep"),
        ("Kaur Gill", "Singh Sandhu", "Dhillon", "Sidhu", "Grewal", "Bedi", "Khanna", "Arora"),
        (
            ("Ludhiana", "Punjab", "1410"),
            ("Amritsar", "Punjab", "1430"),
            ("Chandigarh", "Chandigarh", "1600"),
            ("Gurugram", "Haryana", "1220"),
        ),
    ),
)

STREETS = (
    "MG Road",
    "Station Road",
    "Gandhi Nagar",
    "Nehru Street",
    "Market Road",
    "Temple Street",
    "Lake View Colony",
    "Shivaji Nagar",
    "Church Street",
    "Rajaji Salai",
    "Civil Lines",
    "Ring Road",
    "Park Street",
    "Old Bazaar",
)
TRADES = (
    "Traders",
    "Stores",
    "Textiles",
    "Enterprises",
    "Provision Store",
    "Electronics",
    "Agencies",
    "Emporium",
    "Mart",
)
FIRMS = ("Industries Ltd", "Hospitality Pvt Ltd", "Retail Pvt Ltd", "Foods Pvt Ltd", "Schools Trust")
