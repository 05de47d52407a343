/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How charts look.  Text has 4.5:1 against the paper and what is drawn 3:1, in light and in dark; print is light.
 */
#include "core/chart.h"

/* --s0 to --s7: series; --v0 to --v3: severities. */
#define LIGHT                                                                                                          \
	"--ink:#1b1f24;--paper:#fff;--muted:#57606a;--line:#d5dae1;--axis:#6e7781;"                                    \
	"--score:#0b62c4;--usual:#dbeafb;--edge:#5b8fc9;--limit:#9a4a00;"                                              \
	"--v0:#6e7781;--v1:#0b62c4;--v2:#b35900;--v3:#b3202c;"                                                         \
	"--s0:#0b62c4;--s1:#c2570b;--s2:#00796b;--s3:#8e44ad;--s4:#6e7781;--s5:#8a5a00;--s6:#c2266e;--s7:#243b6b;"
#define DARK                                                                                                           \
	"--ink:#e6e9ed;--paper:#14181d;--muted:#a5afba;--line:#343b44;--axis:#8b949e;"                                 \
	"--score:#6cb2ff;--usual:#1b3553;--edge:#4c80b8;--limit:#ffa657;"                                              \
	"--v0:#9aa4b0;--v1:#6cb2ff;--v2:#ffa657;--v3:#ff7b72;"                                                         \
	"--s0:#6cb2ff;--s1:#ffa657;--s2:#4fd1b5;--s3:#d2a8ff;--s4:#9aa4b0;--s5:#e3b341;--s6:#ff7eb6;--s7:#a5b8e8;"
#define FORCED                                                                                                         \
	"--ink:CanvasText;--paper:Canvas;--muted:CanvasText;--line:GrayText;--axis:CanvasText;"                        \
	"--score:CanvasText;--usual:Canvas;--edge:CanvasText;--limit:CanvasText;"                                      \
	"--v0:CanvasText;--v1:CanvasText;--v2:CanvasText;--v3:CanvasText;"                                             \
	"--s0:CanvasText;--s1:CanvasText;--s2:CanvasText;--s3:CanvasText;--s4:CanvasText;--s5:CanvasText;"             \
	"--s6:CanvasText;--s7:CanvasText;"

static const char style[] =
	":root{color-scheme:light dark;" LIGHT "}\n"
	"@media screen and (prefers-color-scheme:dark){:root{" DARK "}}\n"
	"@media print{:root{color-scheme:light}}\n"
	"@media (forced-colors:active){:root{" FORCED "}}\n"
	".chart{margin:1rem 0 1.5rem;max-width:60rem;container-type:inline-size;color:var(--ink);break-inside:avoid}\n"
	".chart figcaption{font-weight:600;margin-bottom:.25rem}\n"
	".chart .note{margin:.25rem 0;font-size:.875rem;color:var(--muted)}\n"
	/* Room for the numbers and for half a date lies in the padding: percents are of what is between. */
	".chart .field{display:block;box-sizing:border-box;width:100%;padding:0 22px 0 34px;overflow:visible}\n"
	".chart svg{overflow:visible;forced-color-adjust:none}\n"
	".chart text{font:12px system-ui,sans-serif;fill:var(--muted)}\n"
	".chart .mid{text-anchor:middle}.chart .end{text-anchor:end}\n"
	".chart path,.chart line{vector-effect:non-scaling-stroke;fill:none}\n"
	".chart .grid{stroke:var(--line)}.chart .axis{stroke:var(--axis)}\n"
	".chart .score{stroke:var(--score);stroke-width:2;stroke-linejoin:round}\n"
	".chart .dot{fill:var(--score);stroke:var(--paper)}\n"
	".chart .below{fill:none;stroke:var(--limit);stroke-width:2}\n"
	".chart .usual{fill:var(--usual);stroke:var(--edge)}\n"
	".chart .limit{stroke:var(--limit);stroke-width:2;stroke-dasharray:7 4}\n"
	".chart .cut{stroke:var(--axis);stroke-dasharray:2 3}\n"
	".chart .budget{stroke:var(--ink);stroke-width:2;stroke-dasharray:7 4}\n"
	".chart .missed{stroke:var(--ink);stroke-width:2}\n"
	".chart .number{fill:var(--ink);font-weight:600}\n"
	".chart .v0{--v:var(--v0)}.chart .v1{--v:var(--v1)}.chart .v2{--v:var(--v2)}.chart .v3{--v:var(--v3)}\n"
	".chart .open{fill:var(--v);stroke:var(--v)}\n"
	".chart .mending{fill:var(--paper);stroke:var(--v);stroke-dasharray:3 2}\n"
	".chart path.sign{fill:var(--v);stroke:var(--v);stroke-linejoin:round}\n"
	".chart .ring{fill:var(--paper);stroke:var(--v);stroke-width:1.5}\n"
	".chart .halo{stroke:var(--paper);stroke-width:7}\n"
	".chart path.over{stroke:var(--v);stroke-width:2}\n"
	".chart path.bang{stroke:var(--ink);stroke-width:2.5}\n"
	".chart .s0{stroke:var(--s0)}.chart .s1{stroke:var(--s1)}.chart .s2{stroke:var(--s2)}"
	".chart .s3{stroke:var(--s3)}\n"
	".chart .s4{stroke:var(--s4)}.chart .s5{stroke:var(--s5)}.chart .s6{stroke:var(--s6)}"
	".chart .s7{stroke:var(--s7)}\n"
	".chart .stack{vector-effect:none}.chart .cover{stroke:var(--paper);stroke-opacity:.6}\n"
	".chart .bar{fill:var(--usual);stroke:var(--score)}.chart .grave{fill:var(--score);stroke:var(--score)}\n"
	".chart .whisker{stroke:var(--score);stroke-width:2}\n"
	".chart ul,.chart ol{margin:.25rem 0 0;padding:0;font-size:.875rem;line-height:1.4}\n"
	".chart ol{padding-left:1.6rem}\n"
	".chart .rows,.chart .key{list-style:none}.chart .rows li{margin-bottom:.5rem}\n"
	".chart .rows .value{color:var(--muted);margin-left:.25rem}\n"
	".chart .rows svg{display:block;width:100%;margin-top:2px}.chart .rows .field{padding:0 22px}\n"
	".chart .key{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem}\n"
	".chart .key svg,.chart ol svg{vertical-align:-2px}\n"
	/* Every date where there is room; a browser that knows no containers leaves the fewer ones. */
	".chart .wide{display:none}@container (min-width:32rem){.chart .wide{display:inline}.chart "
	".narrow{display:none}}\n"
	"@media (forced-colors:active){.chart .cover{stroke-opacity:1}.chart .grid{stroke-opacity:.4}}\n";

struct str chart_style(void)
{
	return str_of(style);
}
