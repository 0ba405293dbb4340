"""What holds for every page of Troupe, asked of a real browser."""

# Every text that is seen against what lies behind it, as WCAG 2.1 defines contrast; the least ratio counts.
CONTRAST = """(() => {
  const parse = c => { const n = (c.match(/[\\d.]+/g) || []).map(Number); return n.length < 4 ? [...n, 1] : n; };
  const over = (a, b) => [0, 1, 2].map(i => a[i] * a[3] + b[i] * (1 - a[3])).concat(1);
  const light = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }); return .2126 * r + .7152 * g + .0722 * b; };
  const behind = e => { let c = [0, 0, 0, 0], n = e; const layers = []; for (; n; n = n.parentElement) layers.push(parse(getComputedStyle(n).backgroundColor)); let b = [255, 255, 255, 1]; for (const l of layers.reverse()) b = over(l, b); return b; };
  let worst = [99, ""];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement, text = walk.currentNode.textContent.trim();
    if (!text || !e.checkVisibility() || ["SCRIPT", "STYLE"].includes(e.tagName)) continue;
    const back = behind(e), ink = over(parse(getComputedStyle(e).color), back), a = light(ink.slice(0, 3)), b = light(back.slice(0, 3));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < worst[0]) worst = [ratio, text.slice(0, 40)];
  }
  const root = getComputedStyle(document.documentElement), hex = n => root.getPropertyValue("--" + n).trim().match(/[0-9a-f]{2}/gi).slice(0, 3).map(h => parseInt(h, 16));
  // Text on canvases.
  for (const [ink, back] of [["soft", "card"], ["green", "card"]].filter(p => root.getPropertyValue("--" + p[0]))) {
    const a = light(hex(ink)), b = light(hex(back)), ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < worst[0]) worst = [ratio, ink + " on " + back];
  }
  return worst; })()"""

# How many pixels of a canvas were painted, in how many colours, and a number that changes with them.
CANVAS = """(id => { const c = document.getElementById(id), d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
  const seen = new Map(); let painted = 0, sum = 0;
  for (let i = 0; i < d.length; i += 4) { if (!d[i + 3]) continue; painted++; const k = d[i] << 16 | d[i + 1] << 8 | d[i + 2]; seen.set(k, (seen.get(k) || 0) + 1); sum = (sum * 31 + k) % 1000000007; }
  return [painted, [...seen.values()].filter(n => n >= 12).length, sum]; })"""


def canvas(browser, name):
    return browser.run(f"{CANVAS}({name!r})")


def require_filled(browser, name, colours):
    painted, count, _ = canvas(browser, name)
    assert painted > 200 and count >= colours, f"#{name} has {painted} painted pixels in {count} colours"


def require_motion(browser, name, seconds=20):
    before = canvas(browser, name)[2]
    browser.wait(f"{CANVAS}({name!r})[2] !== {before}", seconds, f"#{name} moves")


def require_contrast(browser):
    ratio, text = browser.run(CONTRAST)
    assert ratio >= 4.5, f"{text!r} has a contrast of {ratio:.2f}"
    return ratio


def require_no_sideways_scrolling(browser):
    wide = browser.run("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"the page is {wide} px wider than its window"


def require_no_problem(browser):
    assert not browser.problems, f"the console shows {browser.problems}"


def focused(browser, limit=30):
    """What the tab key reaches, each with whether one sees that it is there."""
    browser.run("document.activeElement && document.activeElement.blur()")
    reached = {}
    for _ in range(limit):
        browser.press("Tab")
        name, outline = browser.run(
            "(e => [e.id || e.tagName.toLowerCase() + '.' + e.className, getComputedStyle(e).outlineStyle !== 'none'])"
            "(document.activeElement)")
        if name in reached or name.startswith("body"):
            break
        reached[name] = outline
    unseen = [name for name, outline in reached.items() if not outline]
    assert not unseen, f"the focus is not seen on {unseen}"
    return reached
