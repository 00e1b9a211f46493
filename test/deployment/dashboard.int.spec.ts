import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Metrics } from '../../src/runtime/metrics.js';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly fieldConfig?: { readonly defaults: { readonly unit: string } };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}
const dashboard = JSON.parse(
  readFileSync(join(process.cwd(), 'docs/grafana-dashboard.json'), 'utf8'),
) as { readonly uid: string; readonly panels: readonly Panel[] };
const graphs = dashboard.panels.filter(({ type }) => type !== 'row');
const expressions = graphs.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** Everything that any role serves. */
const metrics = new Metrics();
metrics.relay(
  () => ({ active: true, position: 1, published: 1 }),
  () => 1,
);
metrics.projector(() => ({ folded: 1, deadLettered: 0 }));
metrics.outcomes(() => ({ applied: 1, unchanged: 0, breaks: 0, deadLettered: 0 }));
metrics.callbacks(async () => ({ waiting: 0, failed: 0 }));
metrics.command('RegisterPerson', 'done');
metrics.request('GET', '/health/live', 200, 0.001);
metrics.followerPosition('read-models', 1);
afterAll(() => metrics.onModuleDestroy());

/** A metric or a label's value, as `metrics` serves it. */
const served = metrics.registry.metrics();
const namesIn = (text: string): string[] => text.match(/\bsanad_[a-z_]+/g) ?? [];

describe('docs/grafana-dashboard.json', () => {
  it('shows only what is served', async () => {
    const names = new Set(namesIn(await served));
    expect(expressions.flatMap(namesIn).filter((name) => !names.has(name))).toEqual([]);
  });

  it('shows all that is served', async () => {
    const shown = expressions
      .flatMap(namesIn)
      .map((name) => name.replace(/_(bucket|count|sum)$/, ''));
    const families = [...(await served).matchAll(/^# TYPE (sanad_\w+)/gm)].map(([, name]) => name);
    expect(families.length).toBeGreaterThan(10);
    expect(families.filter((name) => !shown.includes(name!))).toEqual([]);
  });

  it('asks for labels and values that are there', async () => {
    const text = await served;
    for (const [, label, value] of expressions.join('\n').matchAll(/(\w+)="([^"$]+)"/g))
      expect(text).toContain(`${label}="${value}"`);
    for (const [, by] of expressions.join('\n').matchAll(/by \((\w+)\)/g))
      expect(text).toMatch(new RegExp(`[{,]${by}="`));
  });

  it('says of each panel what it is, and lays none over another', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    for (const { title, description, fieldConfig, targets } of graphs) {
      expect(title && description && fieldConfig?.defaults.unit).toBeTruthy();
      expect(targets?.every(({ legendFormat }) => legendFormat !== '')).toBe(true);
    }
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)}/${y + Math.floor(at / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });
});
