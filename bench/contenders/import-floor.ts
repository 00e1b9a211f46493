import { createReadStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Environment } from '@marcbachmann/cel-js';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { uuidOf } from '../../src/kernel/ids.js';
import { ageInYears } from '../../src/kernel/time.js';
import { countFromArgs, openBareLog, report, startWatch } from './bare-log.js';
import { importRows } from './import-rows.js';

/**
 * The floor of bulk import with determination: JSON.parse of a row, one run of the policy's CEL
 * expressions (compiled once, over plain objects), and bare inserts of the five facts that a
 * household becomes, as long as ours are. Nothing is checked, hashed, encrypted, found again by a
 * name or kept from being done twice.
 */
const count = countFromArgs(50_000);
const log = openBareLog();
const path = join(log.dir, 'households.ndjson');
writeFileSync(path, Array.from(importRows(count), (row) => `${JSON.stringify(row)}\n`).join(''));

const cel = new Environment()
  .registerVariable('household', 'dyn')
  .registerVariable('member', 'dyn')
  .registerVariable('period', 'string')
  .registerFunction('ageYears(string, string): int', (birth: unknown, at: unknown) =>
    BigInt(ageInYears(String(birth), String(at))),
  )
  .registerFunction('monthOf(string): int', (text: unknown) => BigInt(String(text).slice(5, 7)));
const { criteria, benefits } = asdVersions[2]!.policy;
const required = criteria.map(({ id, kind, expression }) => ({
  id,
  kind,
  holds: cel.parse(expression),
}));
const paid = [...benefits.monthly, ...benefits.oneOff].map(
  ({ code, over, group, when, amountMinor }) => ({
    code,
    over,
    group,
    when: cel.parse(when),
    amountMinor: BigInt(amountMinor),
  }),
);

interface Row {
  readonly reference: string;
  readonly facts: {
    readonly scoreMicro: number;
    readonly children: readonly Readonly<Record<string, unknown>>[];
  } & Readonly<Record<string, unknown>>;
}

interface Determination {
  readonly eligible: boolean;
  readonly amountMinor: string;
  readonly findings: readonly object[];
  readonly items: readonly object[];
}

function determine({ facts }: Row): Determination {
  const household = { ...facts, scoreMicro: BigInt(facts.scoreMicro) };
  const period = '2026-01';
  const findings = required.map(({ id, kind, holds }) => {
    const holding = holds({ household, period });
    return {
      criterion: id,
      kind,
      holds: holding,
      satisfied: holding === (kind === 'required'),
      inputs: { scoreMicro: facts.scoreMicro },
    };
  });
  const items: object[] = [];
  let amountMinor = 0n;
  const pay = (over: string | undefined, member: unknown): void => {
    const done = new Set<string>();
    for (const benefit of paid) {
      if (benefit.over !== over || (benefit.group !== undefined && done.has(benefit.group)))
        continue;
      if (benefit.when({ household, member, period }) !== true) continue;
      if (benefit.group !== undefined) done.add(benefit.group);
      amountMinor += benefit.amountMinor;
      items.push({ code: benefit.code, period, amountMinor: String(benefit.amountMinor) });
    }
  };
  pay(undefined, undefined);
  facts.children.forEach((child, i) => {
    pay('children', { ...child, rank: BigInt(i + 1) });
  });
  return {
    eligible: findings.every(({ satisfied }) => satisfied),
    amountMinor: String(amountMinor),
    findings,
    items,
  };
}

const ID = uuidOf('floor');
const HASH = 'a'.repeat(64);
const meta = { actor: 'floor', role: 'intake', command: ID, correlation: ID };
const lineOf = (category: string, revision: number, type: string, data: object): string =>
  JSON.stringify({
    id: ID,
    stream: `${category}-${ID}`,
    revision,
    type,
    v: 1,
    time: '2026-01-15T08:00:00.000Z',
    data,
    meta,
  });

const watch = startWatch();
let lines: string[] = [];
let eligible = 0;
for await (const line of createInterface({ input: createReadStream(path) })) {
  const row = JSON.parse(line) as Row;
  const { reference, facts } = row;
  const determination = determine(row);
  if (determination.eligible) eligible += 1;
  lines.push(
    lineOf('identity', 0, 'IdentityClaimed', { identityHash: HASH, personId: ID }),
    lineOf('person', 0, 'PersonRegistered', {
      personId: ID,
      identityHash: HASH,
      region: 'MA-06',
      sealed: { record: `person/${ID}/profile/123456789012`, sha256: HASH },
    }),
    lineOf('person', 1, 'PayeeAccountRegistered', {
      personId: ID,
      accountId: ID,
      kind: 'rib',
      accountHash: HASH,
      sealed: { record: `person/${ID}/account/${ID}/123456789012`, sha256: HASH },
    }),
    lineOf('application', 0, 'ApplicationSubmitted', {
      applicationId: ID,
      reference,
      programmeId: 'asd',
      personId: ID,
      region: 'MA-06',
      receivedOn: '2026-01-15',
      channel: 'import',
      facts,
      contentHash: HASH,
    }),
    lineOf('application', 1, 'EligibilityDetermined', {
      applicationId: ID,
      policyVersion: 3,
      asOf: '2026-01-15',
      ...determination,
      contentHash: HASH,
    }),
  );
  if (lines.length >= 5_000) {
    log.insert(lines, false);
    lines = [];
  }
}
if (lines.length > 0) log.insert(lines, false);
const { seconds, cpuSeconds } = watch();
log.close();
report({
  contender: 'JSON.parse, one CEL policy, bare inserts',
  count,
  eligible,
  seconds,
  cpuSeconds,
  perSecond: Math.round(count / seconds),
  durable: 'WAL, synchronous=FULL, 1,000 households a transaction',
});
