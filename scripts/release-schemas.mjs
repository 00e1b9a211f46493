// Adds schemas that are not released yet to events/released.json, by the hash of their canonical
// JSON. A released entry is never changed by this: a breaking change is a new version of the event
// and an upcast. The contract test compares.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('../events/', import.meta.url).pathname;
const target = join(root, 'released.json');
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${members.join(',')}}`;
}
const hash = (path) =>
  createHash('sha256')
    .update(canonical(JSON.parse(readFileSync(path, 'utf8'))))
    .digest('hex');
const released = existsSync(target) ? JSON.parse(readFileSync(target, 'utf8')) : {};
for (const aggregate of readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)) {
  for (const file of readdirSync(join(root, aggregate))) {
    const match = /^(\w+)\.v(\d+)\.schema\.json$/.exec(file);
    if (!match) continue;
    const name = `${match[1]}@${match[2]}`;
    released[name] ??= {
      schema: hash(join(root, aggregate, file)),
      example: hash(join(root, aggregate, 'examples', `${match[1]}.v${match[2]}.json`)),
    };
  }
}
writeFileSync(
  target,
  `${JSON.stringify(Object.fromEntries(Object.entries(released).sort()), null, 2)}\n`,
);
