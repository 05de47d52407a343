/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The frame of the page: how it looks, its head with what it covers, its contents, its foot.
 */
#include "cli/report.h"

/* --ink, --paper, --muted and --line are the charts' (core/chart.h), for light, dark and print. */
static const char style[] =
	"*{box-sizing:border-box}\n"
	"html{scroll-padding-top:1rem}\n"
	"body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}\n"
	"header,nav,main,footer{max-width:64rem;margin:0 auto;padding:0 1rem}\n"
	"header{padding-top:1.5rem}footer{padding-bottom:3rem;border-top:1px solid var(--line);margin-top:3rem}\n"
	"h1{font-size:1.75rem;line-height:1.2;margin:0 0 .5rem}\n"
	"h2{font-size:1.375rem;line-height:1.25;margin:2.5rem 0 .75rem;padding-top:1rem;border-top:2px solid "
	"var(--line)}\n"
	"h3{font-size:1.125rem;line-height:1.3;margin:2rem 0 .5rem}\n"
	"h4{font-size:1rem;margin:1.5rem 0 .5rem}\n"
	"p,ul,ol,dl{margin:.5rem 0}p,section>ul>li{max-width:48rem}\n"
	"a{color:var(--score);text-underline-offset:2px}\n"
	":focus-visible{outline:3px solid var(--score);outline-offset:2px}\n"
	".skip{position:absolute;left:-999rem;top:0;padding:.5rem 1rem;background:var(--paper);color:var(--ink)}\n"
	".skip:focus{left:0}\n"
	".muted{color:var(--muted)}.small{font-size:.875rem}\n"
	"code{font:.875em ui-monospace,monospace;overflow-wrap:anywhere}\n"
	".facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));gap:.75rem;margin:1rem 0}\n"
	".facts div{border:1px solid var(--line);border-radius:.375rem;padding:.5rem .75rem}\n"
	".facts dt{font-size:.875rem;color:var(--muted)}.facts "
	"dd{margin:0;font-size:1.5rem;font-weight:600;line-height:1.2}\n"
	".facts dd span{display:block;font-size:.8125rem;font-weight:400;color:var(--muted)}\n"
	".columns{columns:13rem;padding-left:1.25rem}.columns li{break-inside:avoid}\n"
	"main nav{padding:0}.links{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.25rem 1.5rem}\n"
	".alerts{list-style:none;padding:0}\n"
	".alerts>li{max-width:none;border:1px solid var(--line);border-left-width:5px;border-radius:.25rem;"
	"padding:.5rem .75rem;margin:0 0 .5rem;break-inside:avoid}\n"
	".alerts p{margin:.125rem 0;max-width:none}.alerts .step{font-weight:600}\n"
	".alerts ul{margin:0;padding-left:1.25rem}.alerts ul li{margin-top:.25rem}\n"
	".sev0{--v:var(--v0)}.sev1{--v:var(--v1)}.sev2{--v:var(--v2)}.sev3{--v:var(--v3)}\n"
	".alerts>li.sev0,.alerts>li.sev1,.alerts>li.sev2,.alerts>li.sev3{border-left-color:var(--v)}\n"
	".sev{display:inline-block;border:2px solid var(--v);border-radius:1rem;padding:0 .5rem;font-size:.8125rem;"
	"font-weight:600;line-height:1.4}\n"
	".sev3{border-width:3px}.ended{padding-left:1.25rem}.ended li{max-width:none}\n"
	".wide{overflow-x:auto;max-width:100%}\n"
	"table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9375rem;margin:.5rem 0}\n"
	"caption{text-align:left;color:var(--muted);font-size:.875rem;padding-bottom:.25rem}\n"
	"th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid var(--line)}\n"
	"thead th{font-size:.875rem;border-bottom:2px solid var(--line)}tbody th{font-weight:400}\n"
	"thead th,tbody th{white-space:nowrap}\n"
	"details{margin:.25rem 0 1rem}summary{cursor:pointer;font-size:.9375rem;padding:.25rem 0}\n"
	".case{border-top:1px solid var(--line);margin-top:2.5rem}\n"
	".case h3{font-size:1.25rem}\n"
	".top{font-size:.875rem}\n"
	".members{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,28rem),1fr));gap:0 2rem}\n"
	".member{min-width:0}.member h4{margin-bottom:0}.member .chart{margin-top:.25rem}\n"
	"@media (min-width:48rem){td time{white-space:nowrap}}\n"
	/* On paper two columns; what is folded away stays away but for how somebody does, which stands beside the
	   alliance. */
	"@media "
	"print{@page{margin:12mm}html{font-size:12px}nav,.skip,.top,.say,details:not(.drawn),.drawn>summary,.drawn>."
	"wide{display:none}\n"
	".drawn::details-content{content-visibility:visible;block-size:auto}body{font-size:9pt;line-height:1.3}\n"
	".small,caption,table,thead th,.sev,.chart ol,.chart ul{font-size:8pt;line-height:1.25}.chart "
	"ol{padding-left:1.25rem;margin:0}h2{font-size:14pt;margin-top:1rem}\n"
	"h3,.case h3{font-size:11pt;margin:.75rem 0 .25rem}h4{font-size:9pt;margin:.5rem 0 .25rem}\n"
	"a{color:inherit;text-decoration:none}header,main,footer{max-width:none;padding:0}.wide{overflow:visible}\n"
	"h2,h3,h4,h3+p,caption{break-after:avoid}tr,.facts div{break-inside:avoid}#cases{break-before:page}\n"
	".facts{grid-template-columns:repeat(6,1fr);gap:.375rem}.facts dd{font-size:12pt}th,td{padding:.125rem .5rem "
	".125rem 0}\n"
	".told{font-size:8pt;line-height:1.25}.told .small{font-size:7pt}.alerts .small{display:none}.told p,.chart "
	"figcaption{margin:0}\n"
	".case p{margin:.25rem 0}.told h4,.member h4{margin-top:0}.member{break-inside:avoid}\n"
	"#open~.alerts{columns:2;column-gap:1rem}.alerts>li{padding:.125rem .375rem;margin-bottom:.25rem}\n"
	".case{break-inside:avoid;margin-top:.5rem;display:grid;grid-template-columns:minmax(0,1fr) "
	"minmax(0,2fr);gap:0 1.25rem}\n"
	".case>*{grid-column:1/-1}.case>.told{grid-column:1}.case>.members{grid-column:2}\n"
	".members{grid-template-columns:1fr 1fr;gap:0 1.25rem}.chart{margin-bottom:.5rem}.member "
	".chart{margin-bottom:0}\n"
	".chart .field{transform:scale(.7);transform-origin:0 0;width:142.86%;margin-bottom:calc(var(--tall)*-.3)}\n"
	".member:only-child:has(.drawn){grid-column:1/-1;display:grid;grid-template-columns:1fr 1fr;gap:0 1.25rem}"
	".member:only-child h4{grid-column:1/-1}.ended{padding-left:1rem}.ended "
	"li{break-inside:avoid}details{margin:0}\n"
	".members,.member{align-content:start}.chart .when{display:none}}\n";

static void head(struct page *p)
{
	struct buf *out = &p->out;
	struct arena a = { 0 };

	buf_puts(out, STR("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
			  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
			  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
			  "'unsafe-inline'\"/>\n"
			  "<meta name=\"referrer\" content=\"no-referrer\"/>\n<meta name=\"robots\" "
			  "content=\"noindex\"/>\n"));
	buf_printf(out, "<title>Alliance report, %.*s</title>\n<style>\n",
		   STR_ARG(page_day_words(&a, p->clinic.options.as_of)));
	buf_puts(out, chart_style());
	buf_puts(out, str_of(style));
	buf_puts(out, STR("</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to what is open</a>\n"));
	arena_release(&a);
}

/* ---- what the page covers ---- */

static void fact(struct page *p, const char *what, size_t n, const char *note, size_t of_it)
{
	buf_printf(&p->out, "<div><dt>%s</dt><dd>%zu", what, n);
	if (note)
		buf_printf(&p->out, " <span>%zu %s</span>", of_it, note);
	buf_puts(&p->out, STR("</dd></div>\n"));
}

struct tally {
	size_t open, grave, waiting, ended, cases;
};

static struct tally tally(const struct clinic *c)
{
	struct tally t = { 0 };

	for (size_t i = 0; i < c->open.n; i++) {
		const struct told *told = &c->open.items[i].stored.told;

		if (c->open.items[i].in_test)
			continue;
		t.open++;
		t.grave += told->severity >= SEVERITY_WARNING;
		t.waiting += told->acknowledged_at == DATE_NONE;
	}
	for (size_t i = 0; i < c->rows.n; i++) {
		t.ended += c->rows.items[i].ended;
		t.cases += c->rows.items[i].open > 0;
	}
	return t;
}

static void facts(struct page *p)
{
	const struct clinic *c = &p->clinic;
	struct tally t = tally(c);

	buf_puts(&p->out, STR("<dl class=\"facts\">\n"));
	fact(p, "Open incidents", t.open, t.cases == 1 ? "case" : "cases", t.cases);
	fact(p, "Warning or above", t.grave, NULL, 0);
	fact(p, "Not acknowledged", t.waiting, NULL, 0);
	fact(p, "Ended in the period", t.ended, NULL, 0);
	fact(p, "Sessions in the period", c->sessions_in_period, c->cases_in_period == 1 ? "case" : "cases",
	     c->cases_in_period);
	fact(p, "Cases in all", c->rows.n, c->sessions == 1 ? "session" : "sessions", c->sessions);
	buf_puts(&p->out, STR("</dl>\n"));
}

static void rules_in_force(struct page *p)
{
	const struct clinic *c = &p->clinic;
	struct str hash = c->options.rules->hash;

	buf_printf(&p->out, "<p class=\"muted small\">Judged by the rule set <code>%.*s</code>.</p>\n", STR_ARG(hash));
	if (c->judged_by.p && !str_eq(c->judged_by, hash))
		buf_puts(&p->out,
			 STR("<p><strong>The engine last judged by other rules:</strong> what is open here may "
			     "not be what people were told.</p>\n"));
}

static void banner(struct page *p)
{
	const struct clinic_options *o = &p->clinic.options;
	struct arena a = { 0 };
	struct str as_of = date_format(&a, o->as_of);

	buf_puts(&p->out, STR("<header>\n<h1>Alliance report</h1>\n<p>As of "));
	buf_printf(&p->out, "<time datetime=\"%.*s\">%.*s, %.5s UTC</time>. Period: ", STR_ARG(as_of),
		   STR_ARG(page_day_words(&a, o->as_of)), as_of.p + 11);
	page_day(p, o->since);
	buf_puts(&p->out, STR(" to "));
	page_day(p, o->until);
	buf_puts(&p->out, STR("."));
	if (o->cases.n)
		buf_puts(&p->out, STR(" <strong>Only the cases that were asked for.</strong>"));
	buf_puts(&p->out, STR("</p>\n"));
	facts(p);
	rules_in_force(p);
	buf_puts(&p->out, STR("</header>\n"));
	arena_release(&a);
}

/* ---- contents ---- */

static void contents(struct page *p)
{
	bool all = p->clinic.options.cases.n == 0;

	buf_puts(&p->out, STR("<nav aria-label=\"Contents\" id=\"contents\">\n<ul class=\"links\">\n"
			      "<li><a href=\"#open\">What needs a next step</a></li>\n"
			      "<li><a href=\"#unknown\">What is not known</a></li>\n"));
	if (all)
		buf_puts(&p->out, STR("<li><a href=\"#clinic\">The clinic</a></li>\n"));
	buf_puts(&p->out, STR("<li><a href=\"#cases\">Cases</a></li>\n"));
	if (all)
		buf_puts(&p->out, STR("<li><a href=\"#quiet\">Cases with nothing to see</a></li>\n"));
	buf_puts(&p->out, STR("</ul>\n"));
	buf_puts(&p->out, STR("</nav>\n"));
}

void page_begin(struct page *p)
{
	head(p);
	banner(p);
	contents(p);
	buf_puts(&p->out, STR("<main id=\"main\">\n"));
}

void page_end(struct page *p)
{
	buf_puts(
		&p->out,
		STR("</main>\n<footer>\n<h2>How to read this</h2>\n"
		    "<p>Made by <code>rupturectl report</code> from what the store holds. Cases and people are tokens; "
		    "there is no word of a session in it. It is about people in treatment all the same: keep it as you "
		    "keep "
		    "their files.</p>\n"
		    "<p>An incident is <em>open</em>, <em>being repaired</em> once somebody tried, <em>repaired</em>, "
		    "<em>not repaired</em> when sessions went by without, or <em>dropped out</em> when the person may "
		    "not come "
		    "back. Missing is not fine: where nothing was filled in, nothing is known.</p>\n"
		    "<p><code>rupturectl explain ALERT</code> says why an alert came, <code>rupturectl ack "
		    "ALERT</code> that "
		    "somebody looks after it, <code>rupturectl verdict ALERT useful</code> or <code>noise</code> "
		    "whether it "
		    "was of use; verdicts are what precision is counted from.</p>\n</footer>\n</body>\n</html>\n"));
}
