/** Drawing lines with uPlot, in its own chunk: only who looks at numbers loads it. */
import uPlot from 'uplot';
import { region } from '../language';

export interface Line {
  name: string;
  /** A custom property of the console's style. */
  colour: string;
  values: (number | null)[];
  /** Tells lines apart without colour: px drawn, px left out. */
  dash?: number[];
}

export interface Drawing {
  /** Epoch seconds, one a value. */
  times: number[];
  lines: Line[];
  format(value: number): string;
  /** How high it reaches at least. */
  least: number;
}

const HEIGHT_PX = 200;
/** Room for what stands beside the vertical axis. */
const AXIS_PX = 64;

/** @returns what takes it away again */
export function drawChart(place: HTMLElement, { times, lines, format, least }: Drawing): () => void {
  // As it is now: light or dark may change.
  const colour = (name: string) => () => {
    place.style.color = `var(${name})`;
    return getComputedStyle(place).color;
  };
  const axis = {
    stroke: colour('--dim'),
    grid: { stroke: colour('--hair'), width: 1 },
    ticks: { stroke: colour('--hair'), width: 1 },
  };
  const day = new Intl.DateTimeFormat(region, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const chart = new uPlot(
    {
      width: place.clientWidth,
      height: HEIGHT_PX,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'UTC'),
      cursor: { show: false },
      legend: { show: false },
      scales: { y: { range: (_, __, max) => [0, Math.max(least, max * 1.1)] } },
      axes: [
        { ...axis, values: (_, ticks) => ticks.map((tick) => day.format(tick * 1000)) },
        { ...axis, size: AXIS_PX, values: (_, ticks) => ticks.map(format) },
      ],
      series: [
        {},
        ...lines.map(({ name, colour: of, dash, values }) => ({
          label: name,
          stroke: colour(of),
          width: 2,
          points: { show: true, filter: () => findLonely(values) },
          ...(dash && { dash }),
        })),
      ],
    },
    [times, ...lines.map(({ values }) => values)],
    place,
  );
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  const redraw = () => chart.redraw();
  scheme.addEventListener('change', redraw);
  const watch = new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height: HEIGHT_PX }));
  watch.observe(place);
  return () => {
    watch.disconnect();
    scheme.removeEventListener('change', redraw);
    chart.destroy();
  };
}

/** Values without a neighbour: no line goes there, so that a point has to show them. */
const findLonely = (values: Line['values']): number[] =>
  values.flatMap((value, i) => (value !== null && values[i - 1] == null && values[i + 1] == null ? [i] : []));
