"""A planned path as one HTML page that needs nothing else: steps, reasons, and bars of mastery before and after."""

from html import escape

from api.views import Path, PathStep, Rise

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --before: #7aa2d6; --after: #2e9e6b; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { margin-bottom: 0; } .lead { opacity: .75; margin-top: .25rem; }
ol { list-style: none; padding: 0; border-left: 3px solid var(--line); margin-left: .6rem; }
li { position: relative; padding: 0 0 1.4rem 1.6rem; }
li::before { content: ""; position: absolute; left: -.58rem; top: .45rem; width: .8rem; height: .8rem;
  border-radius: 50%; background: var(--after); }
h2 { font-size: 1.05rem; margin: 0; } .meta { opacity: .7; font-size: .9rem; } p { margin: .2rem 0 .5rem; }
.bar { display: grid; grid-template-columns: 14rem 1fr 6rem; gap: .6rem; align-items: center; font-size: .85rem; }
.track { background: var(--line); border-radius: 4px; height: .6rem; overflow: hidden; display: flex; }
.track i { background: var(--before); } .track b { background: var(--after); }
"""


def page(path: Path) -> str:
    """The page's HTML; every text from the graph is escaped."""
    goals = ", ".join(point.name for point in path.goals) or "the whole course"
    end = "reaches the goal" if path.reached else (path.reason.text if path.reason else "does not reach the goal yet")
    steps = "\n".join(_step(step) for step in path.steps)
    title = escape(f"{path.learner}: the path to {goals}")
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>{_STYLE}</style></head>
<body><h1>{title}</h1>
<p class="lead">{len(path.steps)} steps, {path.minutes:.0f} minutes; {escape(end)}.
Chosen by {escape(path.policy.name)} {escape(path.policy.version)}. Bars: mastery before (blue) and after (green).</p>
<ol>
{steps}
</ol></body></html>
"""


def _step(step: PathStep) -> str:
    resource = step.resource
    name = escape(resource.title)
    url = resource.url or ""
    title = f'<a href="{escape(url)}">{name}</a>' if url.startswith(("http://", "https://")) else name
    bars = "".join(_bar(rise) for rise in step.raises)
    return (
        f"<li><h2>{step.step}. {title}</h2>"
        f'<div class="meta">{escape(resource.kind)}, {resource.minutes:g} minutes</div>'
        f"<p>{escape(step.reasons.text)}</p>{bars}</li>"
    )


def _bar(rise: Rise) -> str:
    gain = max(0.0, rise.after - rise.before)
    return (
        f'<div class="bar"><span>{escape(rise.name)}</span><span class="track">'
        f'<i style="width:{rise.before:.1%}"></i><b style="width:{gain:.1%}"></b></span>'
        f"<span>{rise.before:.0%} → {rise.after:.0%}</span></div>"
    )
