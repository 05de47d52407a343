"""What make install puts where, and the sandbox of the units."""
import os
import shutil
import subprocess

from box import ROOT, Skip, check


def install(box, *more, remove=False):
    """From the test build, into a directory of the box."""
    root = box.dir / "root"
    env = dict(os.environ, DESTDIR=str(root), O=str(box.bin), PREFIX="/usr", SYSCONFDIR="/etc")
    for name in ("UNITDIR", "SYSUSERSDIR", "TMPFILESDIR"):
        env.pop(name, None)
    ran = subprocess.run([ROOT / "scripts/install", *(["--remove"] if remove else [])], cwd=ROOT, env=dict(env, **dict(more)),
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    check(ran.returncode == 0, ran.stdout)
    return root


def tree(root):
    return sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file())


def analyze(*args, root=None):
    if not shutil.which("systemd-analyze"):
        raise Skip("systemd-analyze is not installed")
    return subprocess.run(["systemd-analyze", "--no-pager", *map(str, args)], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=dict(os.environ, LC_ALL="C.UTF-8"))


def test_install_puts_everything_where_debian_would(box):
    root = install(box)
    there = tree(root)
    for path in ("usr/sbin/ruptured", "usr/sbin/ruptured-courier", "usr/bin/rupturectl",
                 "usr/lib/systemd/system/ruptured.service", "usr/lib/systemd/system/ruptured-courier.service",
                 "usr/lib/sysusers.d/ruptured.conf", "usr/lib/tmpfiles.d/ruptured.conf", "etc/ruptured/ruptured.yaml",
                 "usr/share/doc/ruptured/CHANGELOG.md"):
        check(path in there, f"{path} is not among {there}")
    for rule in (ROOT / "rules").rglob("*.yaml"):
        check(f"usr/share/ruptured/rules/{rule.relative_to(ROOT / 'rules')}" in there, f"{rule} is not installed")
    check((root / "etc/ruptured/rules.d").is_dir(), "no rules.d")
    check((root / "etc/ruptured/ruptured.yaml").stat().st_mode & 0o777 == 0o640, "the configuration is readable for all")
    check(os.access(root / "usr/sbin/ruptured", os.X_OK), "the engine cannot be run")


def test_install_again_keeps_the_clinics_configuration(box):
    root = install(box)
    mine = root / "etc/ruptured/ruptured.yaml"
    mine.write_text("version: 1\n")
    install(box)
    check(mine.read_text() == "version: 1\n", "it was overwritten")


def test_uninstall_leaves_only_the_configuration(box):
    root = install(box)
    install(box, remove=True)
    check(tree(root) == ["etc/ruptured/ruptured.yaml"], str(tree(root)))


def test_install_under_another_prefix_names_that_prefix(box):
    root = install(box, ("PREFIX", "/usr/local"))
    unit = (root / "usr/local/lib/systemd/system/ruptured.service").read_text()
    check("ExecStart=/usr/local/sbin/ruptured\n" in unit, unit)
    check("ExecPaths=/usr/local/sbin/ruptured " in unit, unit)
    check(not (root / "usr/sbin").exists(), "something went to /usr/sbin")


def test_the_installed_configuration_asks_only_who_hears_of_safeguarding(box):
    """A parent may be the one it is about, so nobody is told by default; a line in the file shows how to name somebody."""
    root = install(box)
    text = (root / "etc/ruptured/ruptured.yaml").read_text()
    text += f"\nrules: [{root}/usr/share/ruptured/rules]\nspool: {box.spool}\nstore: sqlite:{box.store}\n"
    config = box.dir / "installed.yaml"
    config.write_text(text)
    ran = box.run("ruptured", "-c", config, "--check")
    check(ran.code == 1 and "safeguarding alerts reach nobody" in ran.out + ran.err, ran.out + ran.err)
    check(" 0 warnings" in ran.out + ran.err, ran.out + ran.err)
    config.write_text(text.replace("#  - {name: safeguarding", "  - {name: safeguarding").replace("to: [desk]", "to: [log]"))
    ran = box.run("ruptured", "-c", config, "--check")
    check(ran.code == 0, ran.out + ran.err)


def test_the_engines_unit_is_exposed_by_no_more_than_a_fifth(box):
    unit = install(box) / "usr/lib/systemd/system/ruptured.service"
    ran = analyze("security", "--offline=true", "--threshold=2", unit)
    check(ran.returncode == 0, ran.stdout)
    check("Overall exposure level" in ran.stdout, ran.stdout)
    print(ran.stdout.splitlines()[-1])
    loose = box.dir / "ruptured.service"
    loose.write_text(unit.read_text().replace("PrivateNetwork=yes\n", ""))
    check(analyze("security", "--offline=true", "--threshold=2", loose).returncode != 0, "an open network passes too")


def test_the_couriers_unit_is_exposed_by_no_more_than_1_2(box):
    unit = install(box) / "usr/lib/systemd/system/ruptured-courier.service"
    ran = analyze("security", "--offline=true", "--threshold=12", unit)
    check(ran.returncode == 0, ran.stdout)
    print(ran.stdout.splitlines()[-1])


def test_the_units_hold_no_unknown_key(box):
    units = install(box) / "usr/lib/systemd/system"
    for name in ("ruptured.service", "ruptured-courier.service"):
        text = (units / name).read_text()
        # The programs named must exist where verify runs.
        (units / name).write_text(text.replace("/usr/sbin/", f"{box.dir}/root/usr/sbin/"))
    ran = analyze("verify", "--man=no", units / "ruptured.service", units / "ruptured-courier.service")
    ours = [line for line in ran.stdout.splitlines() if "ruptured" in line]
    check(ran.returncode == 0 and not ours, ran.stdout)
    (units / "ruptured.service").write_text((units / "ruptured.service").read_text() + "\n[Service]\nNoSuchKey=1\n")
    ran = analyze("verify", "--man=no", units / "ruptured.service")
    check("NoSuchKey" in ran.stdout, "a planted key is not seen: " + ran.stdout)


def test_the_declared_users_and_directories_can_be_made(box):
    if os.getuid() != 0 or not shutil.which("systemd-sysusers"):
        raise Skip("needs root and systemd-sysusers")
    root = install(box)
    for name in ("passwd", "group"):
        (root / "etc" / name).write_text("root:x:0:0:root:/root:/bin/sh\n" if name == "passwd" else "root:x:0:\n")
    for program in (["systemd-sysusers"], ["systemd-tmpfiles", "--create"]):
        ran = subprocess.run([*program, f"--root={root}"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True)
        check(ran.returncode == 0 and "ruptured.conf:" not in ran.stdout, f"{program}: {ran.stdout}")
    users = {line.split(":")[0]: int(line.split(":")[2]) for line in (root / "etc/passwd").read_text().splitlines()}
    groups = {line.split(":")[0]: line.split(":") for line in (root / "etc/group").read_text().splitlines()}
    check("ruptured" in groups["ruptured-courier"][3].split(","), str(groups))
    for path, mode, owner, group in (("var/spool/ruptured/incoming", 0o3730, "ruptured", "ruptured-intake"),
                                     ("var/spool/ruptured/commands", 0o3730, "ruptured", "ruptured"),
                                     ("var/spool/ruptured/processed", 0o700, "ruptured", "ruptured"),
                                     ("var/lib/ruptured", 0o750, "ruptured", "ruptured"),
                                     ("var/lib/ruptured/courier", 0o2770, "ruptured", "ruptured-courier"),
                                     ("etc/ruptured/ruptured.yaml", 0o640, "root", "ruptured")):
        stat = (root / path).stat()
        check(stat.st_mode & 0o7777 == mode, f"{path} has mode {stat.st_mode & 0o7777:o}")
        check(stat.st_uid == users[owner], f"{path} belongs to {stat.st_uid}, not {owner}")
        check(stat.st_gid == int(groups[group][2]), f"{path} is of group {stat.st_gid}, not {group}")
