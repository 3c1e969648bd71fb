// The charts of the Overview: drawn from what is in the page, which has the same numbers as tables.
const colours = ['--link', '--good', '--warn', '--bad', '--quiet', '--text'];
const colourOf = (name) => {
  // `light-dark()` is only decided where it is used.
  const probe = document.createElement('i');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
};

// The whole console says UTC.
const toClock = (seconds, chars = 8) => new Date(seconds * 1_000).toISOString().slice(11, 11 + chars);
const toShown = (value) => (value === null ? '–' : String(Number(value.toPrecision(3))));

const axis = () => ({
  stroke: colourOf('--quiet'),
  grid: { stroke: colourOf('--line'), width: 1 },
  ticks: { stroke: colourOf('--line'), width: 1 },
});

const draw = (plot) => {
  const { first, stepSeconds, lines } = JSON.parse(plot.dataset.chart);
  const times = lines[0].values.map((_, at) => first + at * stepSeconds);
  plot.hidden = false;
  plot.replaceChildren();
  // Below the pointer: what was then, in place of what is now.
  const now = plot.parentElement.querySelector('.now');
  const present = [...(now?.childNodes ?? [])];
  const tell = ({ cursor: { idx } }) => {
    if (now === null) return;
    if (idx === null || idx === undefined) now.replaceChildren(...present);
    else
      now.textContent = `${toClock(times[idx])} UTC: ${lines.map(({ name, values }) => `${name} ${toShown(values[idx])}`).join(', ')}`;
  };
  const width = () => Math.max(200, plot.clientWidth);
  const options = {
    width: width(),
    height: 200,
    cursor: { y: false },
    legend: { live: false },
    hooks: { setCursor: [tell] },
    scales: { y: { range: (_, min, max) => [0, max > 0 ? max * 1.1 : 1] } },
    axes: [
      { ...axis(), values: (_, splits) => splits.map((at) => toClock(at, 5)) },
      { ...axis(), size: 56 },
    ],
    series: [
      { label: 'Time' },
      ...lines.map(({ name }, at) => ({
        label: name,
        stroke: colourOf(colours[at % colours.length]),
        width: 2,
        points: { show: lines[at].values.filter((value) => value !== null).length < 3 },
        spanGaps: false,
      })),
    ],
  };
  const chart = new uPlot(options, [times, ...lines.map(({ values }) => values)], plot);
  return { plot, chart, width };
};

let drawn = [];
const drawAll = () => {
  for (const { chart } of drawn) chart.destroy();
  drawn = [...document.querySelectorAll('[data-chart]')].map(draw);
};
drawAll();

addEventListener('resize', () => {
  for (const { chart, width } of drawn) chart.setSize({ width: width(), height: 200 });
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);

// The page again, as often as there is something new: what was opened stays open.
const lost = document.getElementById('lost');
const charts = document.querySelector('.charts');
const renew = async () => {
  if (document.hidden || document.querySelector('.charts :hover') !== null) return;
  try {
    const answer = await fetch(location.href, { headers: { 'hx-request': 'true' } });
    const moved = answer.headers.get('hx-redirect');
    if (moved !== null) return location.assign(moved);
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const fresh = page.querySelector('.charts');
    if (fresh === null) throw new Error('another page');
    const open = [...charts.querySelectorAll('.chart')].filter((card) => card.querySelector('details[open]'));
    const names = new Set(open.map((card) => card.getAttribute('aria-labelledby')));
    charts.replaceChildren(...fresh.children);
    for (const card of charts.children) {
      if (names.has(card.getAttribute('aria-labelledby'))) card.querySelector('details')?.setAttribute('open', '');
    }
    drawAll();
    lost.hidden = true;
  } catch {
    lost.hidden = false;
  }
};
setInterval(() => void renew(), Math.min(60, Number(charts.dataset.step)) * 1_000);
