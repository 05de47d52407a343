# Questions to the journal about alerts (sinks: {journal: {journald: {}}}).  Fields are RUPTURED_ and the key in capitals.

# All alerts, with what each says of itself.
journalctl MESSAGE_ID=8b2f6d1c5e0a4f7fa3d49c17be6e52d8 -o verbose

# As JSON lines, and only the fields of interest.
journalctl MESSAGE_ID=8b2f6d1c5e0a4f7fa3d49c17be6e52d8 -o json --output-fields=RUPTURED_RULE,RUPTURED_STATE,RUPTURED_CASE

# Warnings and worse of today.
journalctl SYSLOG_IDENTIFIER=ruptured -p warning --since today

# What became of one case, or of one rule.
journalctl RUPTURED_CASE=66ac767a
journalctl RUPTURED_RULE=drops.silent RUPTURED_STATE=open

# Which cases there are.
journalctl -F RUPTURED_CASE
