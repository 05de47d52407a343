"""A small page that passes every check, and for each check what breaks it."""
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>:root{color-scheme:light dark}
body{margin:0;background:#fff;color:#111}
text{font:12px sans-serif;fill:#111}
@media screen and (prefers-color-scheme:dark){body{background:#111;color:#eee}text{fill:#eee}circle{fill:#eee}}</style></head>
<body><main><h1>A page</h1><p><a href="#here" id="here" style="color:inherit">A link</a></p>
<figure><svg width="100" height="40" role="img" aria-label="A dot"><text x="20" y="20">text</text><circle r="9" cx="9" cy="9"/>
</svg></figure>%s</main></body></html>
"""
BREAKS = {
    "axe": '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">',
    "overflow": '<div style="width:340px;height:1px"></div>',
    "requests": '<img alt="" src="missing.png">',
    "script": '<p id="late"></p><script>document.getElementById("late").textContent = "script"</script>',
    "prints": "<style>@media print{figure{display:none}}</style>",
    "tabs": '<p><button tabindex="-1">a button</button></p>',
    "contrast": "<style>svg text{fill:#999}</style>",
    "text_size": '<p><svg viewBox="0 0 800 40" style="width:100%" role="img" aria-label="x"><text x="0" y="20">small</text></svg></p>',
    "overlap": '<p><svg role="img" aria-label="x"><text x="20" y="20">one</text><text x="25" y="22">other</text></svg></p>',
}
# More ways to break what one check looks for.
MORE = {
    "contrast": ["<style>circle{fill:#ccc}</style>"],
    "prints": ["<style>@media print and (prefers-color-scheme:dark){body{background:#111}}</style>"],
    "tabs": ["<style>a:focus-visible{outline:none}</style>",
             '<p><a href="#here" style="position:absolute;left:-9999px;top:0">far away</a></p>'],
}
