"""Runs a program under the system call filter and the address families of a unit of systemd, without systemd as init.

	confined.py UNIT PROGRAM ARGUMENT...

The unit's own lines are read, systemd says what its groups of calls hold, and libseccomp does the rest.
"""
import ctypes
import errno
import os
import socket
import subprocess
import sys

SCMP_ACT_ALLOW = 0x7FFF0000
SCMP_CMP_EQ = 4


def refuse_with(number):
    return 0x00050000 | number


class Compare(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


def values_of(unit, key):
    with open(unit) as lines:
        return [line.partition("=")[2].split() for line in lines if line.startswith(key + "=")]


def calls_in(name, known={}):
    """The calls of a group, or the call itself."""
    if not name.startswith("@"):
        return {name}
    if name not in known:
        ran = subprocess.run(["systemd-analyze", "--no-pager", "syscall-filter", name], capture_output=True, text=True, check=True)
        words = [line.strip() for line in ran.stdout.splitlines()[1:]]
        known[name] = set().union(*(calls_in(word) for word in words if word and not word.startswith("#")))
    return known[name]


def allowed_by(unit):
    allowed = set(calls_in("@default"))
    for words in values_of(unit, "SystemCallFilter"):
        takes_away = words[0].startswith("~")
        named = set().union(*(calls_in(word.lstrip("~")) for word in words))
        allowed = allowed - named if takes_away else allowed | named
    return allowed


def confine(unit):
    seccomp = ctypes.CDLL("libseccomp.so.2")
    seccomp.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(seccomp.seccomp_init(refuse_with(errno.EPERM)))
    families = [getattr(socket, name) for words in values_of(unit, "RestrictAddressFamilies") for name in words]
    # What starts the program is the service manager's, before the filter.
    for name in allowed_by(unit) | {"execve"}:
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        if number < 0:
            continue
        if name != "socket":
            assert seccomp.seccomp_rule_add(context, SCMP_ACT_ALLOW, number, 0) == 0, name
            continue
        for family in families:
            rule = Compare(0, SCMP_CMP_EQ, family, 0)
            assert seccomp.seccomp_rule_add_array(context, SCMP_ACT_ALLOW, number, 1, ctypes.byref(rule)) == 0, family
    assert seccomp.seccomp_load(context) == 0, "seccomp_load"


if __name__ == "__main__":
    confine(sys.argv[1])
    os.execv(sys.argv[2], sys.argv[2:])
