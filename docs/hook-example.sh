#!/bin/sh
# An example of a hook: tells the desk of an alert, once.  Copy it, and replace the function `tell`.
#
# In /etc/ruptured/ruptured.yaml:
#
#	sinks:
#	  desk: {exec: {command: [/usr/local/bin/tell-the-desk, /var/lib/ruptured/courier/told, /srv/desk/alerts]},
#	         privacy: tokens}
#	routes:
#	  - {name: supervisors, match: {severity: at least warning}, to: [desk]}
#
# What a hook gets:
#   standard input   one alert, as one JSON object, cut to the sink's privacy level
#   RUPTURED_KEY     names this announcement; a repeat of it carries the same key
#   RUPTURED_ALERT   names the alert: the same from its opening to its end
#   RUPTURED_STATE   open, repairing, repaired, unrepaired, dropped_out, retracted
#   RUPTURED_SEVERITY, RUPTURED_RULE, RUPTURED_CASE (a token), RUPTURED_ROUTE
# Of these the level `bare` carries KEY, ALERT, SEVERITY and ROUTE only.  There is no other variable but PATH and LANG,
# and nobody reads what a hook prints: it might be the alert itself.
#
# What a hook answers: exit code 0, it is delivered.  Any other: it is called again, later and later, with the same key.
# A hook that takes longer than its `timeout` gets TERM, then KILL, and is called again: so it does the one thing that
# counts last but one, and makes its mark last.
#
# A hook runs as the courier, in the courier's sandbox: it may write to /var/lib/ruptured/courier, and sees no records.
set -eu

told=${1:?the directory that remembers what was told}
desk=${2:?the file the desk reads}

# A key is letters, digits and "-"; anything else did not come from the courier.
case ${RUPTURED_KEY:?} in
*[!0-9A-Za-z-]*) exit 1 ;;
esac

tell() {
	printf '%s: %s %s, case %s, alert %s\n' "$RUPTURED_SEVERITY" "${RUPTURED_RULE:-an alert}" \
		"${RUPTURED_STATE:-}" "${RUPTURED_CASE:-not named}" "$RUPTURED_ALERT" >>"$desk"
}

umask 077
mkdir -p "$told"

# Delivery is at least once: after a crash or a time-out the same alert comes again.  Who has told it says so and is done.
if [ -e "$told/$RUPTURED_KEY" ]; then
	exit 0
fi

tell

# Only now: a mark made before would lose the alert if the machine stopped between the two.
: >"$told/$RUPTURED_KEY"

# Repeats come within hours; marks need not be kept for ever.
find "$told" -type f -mtime +30 -delete || :
