/** How every chart looks: thin grid, the page's font, no more lines than needed. */
import type uPlot from 'uplot';

type Colour = (token: string) => string;

/** The root's font size: canvases know no rem. */
const rem = (): number => parseFloat(getComputedStyle(document.documentElement).fontSize);

function axis(colour: Colour): uPlot.Axis {
  const size = rem();
  return {
    stroke: colour('--muted'),
    font: `${0.6875 * size}px ${colour('--font')}`,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    gap: 0.35 * size,
  };
}

/** The axis of times or of columns, below. */
export function below(colour: Colour, more: uPlot.Axis = {}): uPlot.Axis {
  return { ...axis(colour), grid: { show: false }, size: 1.75 * rem(), space: 4.5 * rem(), ...more };
}

/** The axis of figures, at the left: as wide as the longest of them in the language in use. */
export function left(colour: Colour, more: uPlot.Axis = {}): uPlot.Axis {
  const look = axis(colour);
  const size = (u: uPlot, values: string[] | null): number => {
    u.ctx.save();
    u.ctx.font = look.font as string;
    const widest = Math.max(0, ...(values ?? []).map((v) => u.ctx.measureText(v ?? '').width));
    u.ctx.restore();
    return Math.max(3.25 * rem(), Math.ceil(widest + 2 * (look.gap ?? 0)));
  };
  return { ...look, size, space: 2.25 * rem(), ...more };
}

/** What all have in common: no drawing of the pointer, no legend; the table says the figures. */
export const calm: Pick<uPlot.Options, 'cursor' | 'legend'> = {
  cursor: { show: false },
  legend: { show: false },
};

/** A colour with some of the ground showing through; the colour is a #rrggbb token. */
export function thin(hex: string, alpha: number): string {
  return `${hex}${Math.round(alpha * 255).toString(16).padStart(2, '0')}`;
}
