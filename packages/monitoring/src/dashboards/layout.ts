/** Grafana's panels and where they stand: 24 columns, filled row by row. */

/** What a panel shows. */
export interface PanelSpec {
  readonly title: string;
  readonly description?: string;
  readonly type: 'timeseries' | 'stat' | 'table' | 'bargauge' | 'state-timeline';
  /** Columns of 24. */
  readonly width: number;
  readonly targets: readonly {
    readonly expr: string;
    /** `{{integration}}`. */
    readonly legend?: string;
    /** The latest value alone, for tables and numbers. */
    readonly instant?: boolean;
  }[];
  /** Grafana's name of a unit: `percentunit`, `s`, `reqps`. */
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
  /** From which value on it is red. Absent: never. */
  readonly redFrom?: number;
  /** Below which value it is red. */
  readonly redBelow?: number;
}

/** A heading and the panels below it, side by side. */
export interface RowSpec {
  readonly title: string;
  readonly height: number;
  readonly panels: readonly PanelSpec[];
}

/** A panel as Grafana reads it. */
export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly refId: string; readonly expr: string }[];
  readonly [more: string]: unknown;
}

const columns = 24;
/** Whichever Prometheus the reader has chosen. */
export const datasource = { type: 'prometheus', uid: '$datasource' };

/** Gives each panel its number and its place. */
export function layout(rows: readonly RowSpec[]): readonly Panel[] {
  const panels: Panel[] = [];
  let y = 0;
  for (const { title, height, panels: specs } of rows) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y, w: columns, h: 1 },
    });
    y += 1;
    let x = 0;
    for (const spec of specs) {
      if (x + spec.width > columns) {
        x = 0;
        y += height;
      }
      panels.push(toPanel(spec, panels.length + 1, { x, y, w: spec.width, h: height }));
      x += spec.width;
    }
    y += height;
  }
  return panels;
}

function toPanel(spec: PanelSpec, id: number, gridPos: Panel['gridPos']): Panel {
  const { title, description, type, unit = 'short', min, max } = spec;
  return {
    id,
    type,
    title,
    ...(description !== undefined && { description }),
    datasource,
    gridPos,
    fieldConfig: {
      defaults: {
        unit,
        ...(min !== undefined && { min }),
        ...(max !== undefined && { max }),
        thresholds: { mode: 'absolute', steps: thresholds(spec) },
      },
      overrides: [],
    },
    options: optionsOf[type],
    targets: spec.targets.map(({ expr, legend, instant = false }, index) => ({
      refId: String.fromCharCode(65 + index),
      datasource,
      expr,
      instant,
      range: !instant,
      ...(type === 'table' ? { format: 'table' } : { legendFormat: legend ?? '__auto' }),
    })),
  };
}

function thresholds({ redFrom, redBelow }: PanelSpec) {
  if (redBelow !== undefined)
    return [
      { color: 'red', value: null },
      { color: 'green', value: redBelow },
    ];
  return [
    { color: 'green', value: null },
    ...(redFrom === undefined ? [] : [{ color: 'red', value: redFrom }]),
  ];
}

const legend = { displayMode: 'list', placement: 'bottom', showLegend: true };
const lastValue = { calcs: ['lastNotNull'], fields: '', values: false };
const optionsOf: Readonly<Record<PanelSpec['type'], object>> = {
  timeseries: { legend, tooltip: { mode: 'multi', sort: 'desc' } },
  stat: { reduceOptions: lastValue, colorMode: 'value', graphMode: 'area', textMode: 'auto' },
  bargauge: { reduceOptions: lastValue, displayMode: 'basic', orientation: 'horizontal' },
  table: { showHeader: true },
  'state-timeline': { legend, mergeValues: true, showValue: 'never' },
};
