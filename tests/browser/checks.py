"""What is checked of a page: each check takes a browser and an address and returns its complaints.

Each is a promise about every page the program makes; counter.py has a page that breaks each.
"""
import re

NARROW, TELEPHONE, WIDE = 320, 360, 1280
LEAST_TEXT_PX = 11
MOST_TABS = 2000
TEXT_CONTRAST, GRAPHIC_CONTRAST = 4.5, 3.0
TINY_PAPER = 1000  # bytes: a PDF of nothing

# In the page: what the checks share.  Colours come from a canvas, which knows every way to write one.
HELPERS = """(() => {
  const brush = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
  const rgba = name => {
    brush.clearRect(0, 0, 1, 1); brush.fillStyle = name; brush.fillRect(0, 0, 1, 1);
    return [...brush.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const ratio = (a, b) => { const [x, y] = [light(rgba(a)), light(rgba(b))].sort((p, q) => q - p); return (x + .05) / (y + .05); };
  const shown = e => { const r = e.getBoundingClientRect(), s = getComputedStyle(e);
    return r.width + r.height > 0 && s.visibility === "visible" && s.display !== "none" && e.checkVisibility(); };
  const paper = e => { for (; e; e = e.parentElement) {
      const c = getComputedStyle(e).backgroundColor;
      if (rgba(c)[3] > 0) return c; }
    return "Canvas"; };
  const texts = () => [...document.querySelectorAll("*")].filter(e =>
    !e.closest("title, desc, style, script, head") && shown(e) &&
    [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()));
  const name = e => e.tagName.toLowerCase() + (e.getAttribute("class") ? "." + e.getAttribute("class").trim().replace(/ +/g, ".") : "") +
    " \\"" + e.textContent.trim().slice(0, 40) + "\\"";
  return {rgba, ratio, shown, paper, texts, name};
})()"""


def asked(page, body):
    return page.value("(() => { const {rgba, ratio, shown, paper, texts, name} = %s; %s })()" % (HELPERS, body))


def axe(browser, url, source):
    """axe-core finds nothing, in light and in dark."""
    found = []
    for dark in (False, True):
        with browser.page(url, dark=dark) as page:
            page.value(source + "; 0")
            for v in page.value("axe.run(document).then(r => r.violations.map(v => [v.id, v.help, "
                                "v.nodes.slice(0, 3).map(n => n.html.slice(0, 120))]))"):
                found.append(f"{'dark' if dark else 'light'}: {v[0]}: {v[1]}: {v[2]}")
    return found


def overflow(browser, url):
    """The page is no wider than the window."""
    found = []
    for width in (NARROW, TELEPHONE, WIDE):
        with browser.page(url, width=width) as page:
            wide = page.value("document.documentElement.scrollWidth")
            if wide > width:
                found.append(f"{wide} px wide in a window of {width}")
    return found


def requests(browser, url):
    """Nothing is asked for but the page itself."""
    found = []
    for media in ("screen", "print"):
        with browser.page(url, media=media) as page:
            page.pictures()
            found += [f"asks for {address[:80]}" for address in page.requests()
                      if address != url and not address.startswith("data:")]
    return found


def script(browser, url):
    """Without script it looks the same."""
    with browser.page(url) as page:
        with_it = page.pictures()
    with browser.page(url, script=False) as page:
        without = page.pictures()
    return [] if with_it == without else ["looks different where script is switched off"]


def prints(browser, url):
    """On paper every figure is there, dark on light, whatever the screen prefers."""
    with browser.page(url, media="print", dark=True) as page:
        found = asked(page, """
          const lost = [...document.querySelectorAll("figure, figure > svg, body > svg, svg:root")].filter(e => !shown(e));
          const sheet = paper(document.body || document.documentElement);
          const found = lost.map(e => name(e) + " is not on paper");
          if (document.body && ratio(sheet, "#fff") > 1.1) found.push("paper is printed " + sheet);
          return found;""")
        pdf = page.paper()
    if not pdf.startswith(b"%PDF") or len(pdf) < TINY_PAPER or not re.search(rb"/Type\s*/Page\b", pdf):
        found.append("no page comes out of the printer")
    return found


def tabs(browser, url):
    """Whatever can have the focus gets it by Tab, what is folded away unfolded, is seen then, and shows that it has it."""
    with browser.page(url) as page:
        wanted = asked(page, """
          document.querySelectorAll("details").forEach(e => { e.open = true; });
          window.wanted = [...document.querySelectorAll(
              "a[href], area[href], button, input, select, textarea, summary, iframe, [tabindex='0'], [contenteditable]")]
            .filter(e => !e.disabled && e.checkVisibility());
          window.reached = new Set();
          return wanted.map(name);""")
        found = []
        for _ in range(min(len(wanted) + 5, MOST_TABS)):
            page.press_tab()
            trouble = asked(page, """
              const e = document.activeElement;
              if (!e || e === document.body || e === document.documentElement) return null;
              if (reached.has(e)) return null;
              reached.add(e);
              const r = e.getBoundingClientRect(), s = getComputedStyle(e), found = [];
              if (r.width < 1 || r.height < 1 || r.right <= 0 || r.bottom <= 0 || r.left >= innerWidth || r.top >= innerHeight)
                found.push(name(e) + " has the focus and is not seen");
              if (s.outlineStyle === "none" && s.boxShadow === "none") found.push(name(e) + " does not show the focus");
              return found;""")
            found += trouble or []
        return found + asked(page, 'return wanted.filter(e => !reached.has(e)).map(e => name(e) + " is not reached by Tab");')


def contrast(browser, url):
    """Text has 4.5:1 against its ground and what is drawn 3:1, in light and in dark."""
    found = []
    for dark in (False, True):
        with browser.page(url, dark=dark) as page:
            found += [("dark: " if dark else "light: ") + one for one in asked(page, """
              const found = new Set();
              for (const e of texts()) {
                const s = getComputedStyle(e), ink = e instanceof SVGElement ? s.fill : s.color, r = ratio(ink, paper(e));
                if (r < %f) found.add(name(e) + " has " + r.toFixed(1) + ":1");
              }
              const ground = e => paper(e.closest("svg:not(svg svg)") || e);
              for (const e of document.querySelectorAll("svg path, svg line, svg rect, svg circle")) {
                if (!shown(e) || e.closest(".grid, .cover, .halo, .mending, .bar")) continue;
                const s = getComputedStyle(e);
                const best = Math.max(...[s.fill, s.stroke].map(c => c === "none" || c.startsWith("url") ? 0 : ratio(c, ground(e))));
                if (best < %f) found.add("a " + name(e) + " has " + best.toFixed(1) + ":1");
              }
              return [...found];""" % (TEXT_CONTRAST, GRAPHIC_CONTRAST))]
    return found


def text_size(browser, url):
    """On a telephone text is no smaller than 11 px."""
    with browser.page(url, width=TELEPHONE) as page:
        return asked(page, """
          return texts().map(e => {
            const scale = e instanceof SVGElement && e.getScreenCTM ? e.getScreenCTM().a : 1;
            return [e, parseFloat(getComputedStyle(e).fontSize) * scale];
          }).filter(([e, px]) => px < %d).map(([e, px]) => name(e) + " is " + px.toFixed(1) + " px");""" % LEAST_TEXT_PX)


def overlap(browser, url):
    """In a drawing no text lies over another, and none is cut off by the window."""
    found = []
    for width in (NARROW, TELEPHONE, 600, WIDE):
        with browser.page(url, width=width) as page:
            found += [f"{width} px: {one}" for one in asked(page, """
              const found = [];
              for (const svg of document.querySelectorAll("svg:not(svg svg)")) {
                const all = [...svg.querySelectorAll("text")].filter(shown).map(e => [e, e.getBoundingClientRect()]);
                all.forEach(([e, r], i) => {
                  if (r.left < -.5 || r.right > innerWidth + .5) found.push(name(e) + " is cut off");
                  for (const [f, q] of all.slice(i + 1))
                    if (r.left < q.right - 1 && q.left < r.right - 1 && r.top < q.bottom - 3 && q.top < r.bottom - 3)
                      found.push(name(e) + " lies over " + name(f));
                });
              }
              return found;""")]
    return found
