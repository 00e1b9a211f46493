import { createReadStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { determine } from '../../src/eligibility/determine.js';
import { compilePolicy } from '../../src/eligibility/policy.js';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { countFromArgs, openBareLog, report, startWatch } from './bare-log.js';
import { importRows } from './import-rows.js';

/**
 * The floor of bulk import with determination: JSON.parse of a row, one run of the policy's CEL, and bare inserts of the
 * five facts that a household becomes. Nothing is checked, hashed or encrypted.
 */
const count = countFromArgs(50_000);
const log = openBareLog();
const path = join(log.dir, 'households.ndjson');
writeFileSync(path, Array.from(importRows(count), (row) => `${JSON.stringify(row)}\n`).join(''));
const policy = compilePolicy(asdVersions[2]!.policy);

const watch = startWatch();
let lines: string[] = [];
let eligible = 0;
for await (const line of createInterface({ input: createReadStream(path) })) {
  const row = JSON.parse(line) as { readonly reference: string; readonly facts: Readonly<Record<string, unknown>> };
  const { reference, facts } = row;
  const determination = determine(policy, 3, facts, '2026-01');
  if (determination.eligible) eligible += 1;
  lines.push(
    JSON.stringify({ type: 'IdentityClaimed', reference }), JSON.stringify({ type: 'PersonRegistered', reference }), JSON.stringify({ type: 'PayeeAccountRegistered', reference }),
    JSON.stringify({ type: 'ApplicationSubmitted', reference, facts }), JSON.stringify({ type: 'EligibilityDetermined', reference, ...determination }),
  );
  if (lines.length >= 5_000) {
    log.insert(lines, false);
    lines = [];
  }
}
if (lines.length > 0) log.insert(lines, false);
const { seconds, cpuSeconds } = watch();
log.close();
report({ contender: 'JSON.parse, one CEL policy, bare inserts', count, eligible, seconds, cpuSeconds, perSecond: Math.round(count / seconds), durable: 'WAL, synchronous=FULL, 1,000 households a transaction' });
