// What is mutated, and by which kinds of specifications it is held. A file belongs to the first
// area that takes it.
import { globSync } from 'node:fs';

const ALL = ['unit', 'int'];
export const AREAS = [
  { name: 'deciders', pattern: /^src\/.*\.(decider|state|rule)\.ts$/, kinds: ['unit'] },
  { name: 'eligibility', pattern: /^src\/eligibility\//, kinds: ['unit'] },
  { name: 'audit', pattern: /^src\/audit\//, kinds: ['unit'] },
  { name: 'write-side', pattern: /^src\/write-side\//, kinds: ALL },
  { name: 'process-managers', pattern: /^src\/process-managers\//, kinds: ALL },
  { name: 'use-cases', pattern: /^src\/use-cases\//, kinds: ALL },
  { name: 'projections', pattern: /^projections\//, kinds: ALL },
  { name: 'rails', pattern: /^src\/adapters\/(payment-rail|message-archive)\//, kinds: ALL },
  {
    name: 'stores',
    pattern: /^src\/adapters\/(event-store|vault|job-queue|lease|read-store|relay-state)\//,
    kinds: ALL,
  },
];

/** @returns every area with its files */
export function areasOf(root, areas = AREAS) {
  const left = new Set(
    globSync(['src/**/*.ts', 'projections/**/*.ts'], { cwd: root })
      .filter((path) => !path.endsWith('.d.ts'))
      .sort(),
  );
  return areas.map((area) => {
    const files = [...left].filter((path) => area.pattern.test(path));
    for (const path of files) left.delete(path);
    return { ...area, files };
  });
}
