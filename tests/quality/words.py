"""Baselines that anybody writes in five minutes: a regular expression, a list of words.  Not tuned."""
import re

DISAGREES = re.compile(r"\b(no|nope|not|\w+n'?t|but|disagree|wrong|actually)\b", re.I)
NEGATES = re.compile(r"\b(no|nope|not|never|nothing|none|nobody|cannot|(?:do|does|did|is|are|was|were|have|has|had|"
                     r"would|could|should|wo|ca)n['\u2019]?t)\b", re.I)

PROFANE = re.compile(r"\b(fuck\w*|shit\w*|bullshit|bitch\w*|bastards?|ass|asshole\w*|arse\w*|damn\w*|crap\w*|dick\w*|"
                     r"cunt\w*|piss\w*|hell|whore\w*|slut\w*|stupid|idiot\w*|moron\w*|dumb\w*)\b", re.I)

BAD = frozenset("""
abandoned abuse abused abusive afraid alone anger angry annoyed annoying anxiety anxious ashamed awful bad betrayed
bitter blame bored boring broken cheated crazy cried cruel cry crying damaged dead death depressed depressing
depression desperate died difficult disappointed disgusted disgusting disrespect disrespectful doubt dumb embarrassed
empty evil fail failed failure fault fear fight fighting frustrated frustrating guilt guilty hard hate hated hates
hating helpless hopeless horrible hurt hurting hurts idiot ignored insane insecure insult jealous kill liar lied lies
lonely lose losing lost mad mean miserable mistake nasty negative nervous nightmare numb pain painful panic pathetic
poor problem problems rage rejected ridiculous rude sad scared selfish shame shit shitty sick sorry stress stressed
struggle struggling stuck stupid suffer suffering suicidal suicide terrible terrified tired trauma ugly unhappy upset
useless violent weak weird worried worry worse worst worthless wrong
""".split())
GOOD = frozenset("""
amazing awesome beautiful best better brave calm care caring cool comfortable confident delighted enjoy enjoyed
excellent excited fantastic fine free friend friendly fun funny glad good grateful great happy healthy help helped
helpful hope hopeful hug interesting kind laugh like liked love loved lovely loving lucky nice okay peace peaceful
perfect pleased positive proud relaxed relieved respect safe smart smile strong success support supportive sweet thank
thanks trust understand understanding warm welcome well win wonderful
""".split())


def tokens(text):
    return re.findall(r"[a-z']+", text.lower().replace("\u2019", "'"))


def sentiment(text):
    """Good words less bad words."""
    return sum((word in GOOD) - (word in BAD) for word in tokens(text))


def is_negative(text):
    return sentiment(text) < 0


def negations(text):
    return len(NEGATES.findall(text))
