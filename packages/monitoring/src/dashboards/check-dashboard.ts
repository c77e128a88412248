import type { Dashboard } from './grafana.ts';

/** Grafana's grid. */
const columns = 24;

/**
 * What is wrong with a dashboard's structure, one sentence each: numbers that are not unique, panels on one another or outside of the grid,
 * queries without text, queries of one panel with the same letter, variables that nobody declares.
 */
export function checkDashboard({ panels, templating }: Dashboard): readonly string[] {
  const declared = new Set(templating.list.map(({ name }) => name));
  const faults: string[] = [];
  const ids = new Set<number>();
  const taken = new Map<string, string>();
  for (const { id, title, gridPos, targets = [] } of panels) {
    if (ids.has(id)) faults.push(`${title}: the number ${id} is another panel's`);
    ids.add(id);
    const { x, y, w, h } = gridPos;
    if (x < 0 || y < 0 || w < 1 || h < 1 || x + w > columns)
      faults.push(`${title}: stands outside of the grid`);
    const others = new Set<string>();
    for (let column = x; column < x + w; column += 1)
      for (let line = y; line < y + h; line += 1) {
        const other = taken.get(`${column} ${line}`);
        if (other !== undefined) others.add(other);
        taken.set(`${column} ${line}`, title);
      }
    for (const other of others) faults.push(`${title}: stands on ${other}`);
    if (new Set(targets.map(({ refId }) => refId)).size < targets.length)
      faults.push(`${title}: two queries have the same letter`);
    for (const { expr } of targets) {
      if (expr.trim() === '') faults.push(`${title}: has a query without text`);
      for (const [, name = ''] of expr.matchAll(/\$\{?(\w+)/g))
        if (!name.startsWith('__') && !declared.has(name)) faults.push(`${title}: nobody declares $${name}`);
    }
  }
  return faults;
}
