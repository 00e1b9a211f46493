import type { EventType } from '../../events/generated.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { partsOfPayment, partsOfRecovery } from '../../src/kernel/ids.js';
import { isSamePerson } from '../../src/kernel/subject.js';
import { isAnsweredBy } from '../../src/kernel/answered-word.js';
import { PROPOSAL_KINDS, type ProposalKind } from '../../src/kernel/two-people.js';
import { detailOf } from '../audit/details.js';
import type { Projection, Rows } from '../engine/projection.js';
import { KIND_OF, KINDS, WITHDRAWN_AS } from './kinds.js';
import { proposals, type ProposalRow, type Word } from './proposals.tables.js';

const KIND_OF_TYPE: ReadonlyMap<string, string> = new Map(Object.entries(KIND_OF));

const isKind = (kind: string | undefined): kind is ProposalKind =>
  kind !== undefined && Object.hasOwn(KINDS, kind);

/** The kind of what waits from this event on, where anything does. */
function proposedBy(event: Recorded): ProposalKind | undefined {
  if (event.type === 'PayeeAccountRegistered') return 'payee-account';
  // A correction that found nothing has nothing to decide.
  if (event.type === 'CorrectionProposed')
    return event.data.arrearsCount + event.data.overpaidCount > 0 ? 'correction' : undefined;
  const kind = KIND_OF_TYPE.get(event.type);
  return isKind(kind) ? kind : undefined;
}

const ANSWERED: ReadonlyMap<string, readonly ProposalKind[]> = new Map(
  PROPOSAL_KINDS.flatMap((kind) => KINDS[kind].answeredBy).map((type) => [
    type,
    PROPOSAL_KINDS.filter((kind) => KINDS[kind].answeredBy.includes(type)),
  ]),
);
const answeredBy = (event: Recorded): readonly ProposalKind[] => ANSWERED.get(event.type) ?? [];

/** Of which kinds somebody takes their own words back. */
const withdrawnBy = (event: Recorded): readonly ProposalKind[] =>
  PROPOSAL_KINDS.filter(
    (kind) =>
      KINDS[kind].withdrawnBy === event.type &&
      (event.type !== 'ProgrammeProposalWithdrawn' || event.data.what === WITHDRAWN_AS[kind]),
  );

const HANDLED: readonly EventType[] = [
  'PayeeAccountRegistered',
  ...(Object.keys(KIND_OF) as (keyof typeof KIND_OF)[]).filter((type) => isKind(KIND_OF[type])),
  ...new Set(PROPOSAL_KINDS.flatMap((kind) => KINDS[kind].answeredBy)),
  ...new Set(PROPOSAL_KINDS.flatMap((kind) => KINDS[kind].withdrawnBy ?? [])),
];

/** Breaks of one payment, and automations that failed at one event, are answered each by itself. */
function keyOf({ stream, data }: Recorded, kind: ProposalKind): string {
  if (kind === 'break' && 'breakId' in data) return `${stream}/${kind}/${data.breakId}`;
  if (kind === 'set-aside' && 'automation' in data) return `${stream}/${kind}/${data.automation}`;
  return `${stream}/${kind}`;
}

/** What a proposal is about. Before it is assigned, an entry is of no payment. */
function about(
  event: Recorded,
  kind: ProposalKind,
): Omit<ProposalRow, 'proposal_key' | 'since' | 'words'> {
  const payload: object = event.data;
  const data: Partial<
    Record<
      'programmeId' | 'personId' | 'paymentId' | 'entryId' | 'correctionId' | 'recoveryId',
      string
    >
  > = payload;
  const payment = data.paymentId === undefined ? undefined : partsOfPayment(data.paymentId);
  const debt = data.recoveryId === undefined ? undefined : partsOfRecovery(data.recoveryId);
  const isEntry = kind === 'entry';
  const programmeId =
    data.programmeId ??
    debt?.programmeId ??
    payment?.programmeId ??
    data.correctionId?.slice(0, -'-0000'.length);
  return {
    kind,
    programme_id: programmeId ?? null,
    person_id: data.personId ?? debt?.personId ?? (isEntry ? undefined : payment?.personId) ?? null,
    payment_id: isEntry ? null : (data.paymentId ?? null),
    entry_id: data.entryId ?? null,
    correction_id: data.correctionId ?? null,
  };
}

const wordsOf = (row: ProposalRow | undefined): readonly Word[] =>
  row ? (JSON.parse(row.words) as Word[]) : [];

/** Keeps a row of what still waits. That a person had an account is remembered without any. */
function keep(rows: Rows, row: ProposalRow, words: readonly Word[]): void {
  const first = words[0];
  if (first === undefined && row.kind !== 'payee-account')
    return rows.remove(proposals, row.proposal_key);
  rows.put(proposals, { ...row, since: first?.position ?? null, words: JSON.stringify(words) });
}

function propose(rows: Rows, event: Recorded, kind: ProposalKind): void {
  const { position, time, meta } = event;
  const key = keyOf(event, kind);
  // The first account of a person is decided on with the application; another one waits.
  if (kind === 'payee-account' && !rows.get(proposals, key)) return;
  for (const other of KINDS[kind].replaces) {
    withdraw(rows, event, other);
  }
  const word = { position, by: meta.actor, at: time, detail: detailOf(event) };
  const before = wordsOf(rows.get(proposals, key));
  keep(rows, { proposal_key: key, since: null, words: '[]', ...about(event, kind) }, [
    ...before,
    word,
  ]);
}

/** What one person said of a kind counts no more. */
function withdraw(rows: Rows, event: Recorded, kind: ProposalKind): void {
  const row = rows.get(proposals, keyOf(event, kind));
  const words = wordsOf(row);
  const kept = words.filter(({ by }) => !isSamePerson(by, event.meta.actor));
  if (row && kept.length < words.length) keep(rows, row, kept);
}

function answer(rows: Rows, event: Recorded, kind: ProposalKind): void {
  const key = keyOf(event, kind);
  const row = rows.get(proposals, key);
  if (event.type === 'PayeeAccountClosed')
    return keep(rows, { proposal_key: key, since: null, words: '[]', ...about(event, kind) }, []);
  if (!row) return;
  if (event.type === 'PayeeAccountVerified') return keep(rows, row, []);
  if (kind !== 'outcome') return rows.remove(proposals, key);
  const words = wordsOf(row);
  const kept = words.filter(({ detail }) => !isAnsweredBy(detail, event));
  if (kept.length < words.length) keep(rows, row, kept);
}

/** What one person proposed, until it is confirmed, replaced or answered. */
export const proposalsProjection: Projection = {
  name: 'proposals',
  version: 3,
  tables: [proposals],
  handles: HANDLED,
  touches(event, touch) {
    const kind = proposedBy(event);
    const kinds = [
      ...answeredBy(event),
      ...withdrawnBy(event),
      ...(kind ? [kind, ...KINDS[kind].replaces] : []),
    ];
    for (const one of kinds) touch(proposals, keyOf(event, one));
  },
  evolve(rows, event) {
    for (const kind of answeredBy(event)) answer(rows, event, kind);
    for (const kind of withdrawnBy(event)) withdraw(rows, event, kind);
    const kind = proposedBy(event);
    if (kind) propose(rows, event, kind);
  },
};
