/** A program that one figure is measured with: `kind` says how it is started (rounds.ts). */
export interface Contender {
  readonly name: string;
  readonly kind: 'run-one' | 'script' | 'servers' | 'peer-sqlite' | 'peer-postgres';
  /** Share of the figure's size that it is given, where it is too slow for all of it. */
  readonly share?: number;
  /** Said to the program behind the size. */
  readonly args?: readonly string[];
}

/** One line of the table: what is measured, against what, and what is to be reached. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly writers: number;
  readonly mode: 'append' | 'replay' | 'work';
  readonly size: Readonly<Record<Scale, number>>;
  readonly ours: Contender;
  readonly floor: Contender;
  /** Beside it for comparison; `peer` ones are other people's stores. */
  readonly beside?: readonly Contender[];
  readonly peers?: readonly Contender[];
  /** Ours over the floor, at least; within one round. */
  readonly target: number;
  /** Ours over a peer, at least; '*' is the best of them. */
  readonly peerTargets?: Readonly<Record<string, number>>;
}

export const SCALES = ['small', 'normal', 'large'] as const;
export type Scale = (typeof SCALES)[number];

const peers = (share: number): readonly Contender[] => [
  { name: 'emmett-sqlite', kind: 'peer-sqlite', share },
  { name: 'emmett-postgresql', kind: 'peer-postgres', share },
  { name: 'castore-postgresql', kind: 'peer-postgres', share },
];
const one = (name: string): Contender => ({ name, kind: 'run-one' });
const script = (name: string): Contender => ({ name, kind: 'script' });
/** A script that is given a new database and a Kafka. */
const servers = (name: string): Contender => ({ name, kind: 'servers' });

/**
 * Work on EventStoreDB (the tests' server), and the client alone with as many streams and events.
 */
const distributed = (phase: string): Figure => ({
  name: `distributed-${phase}`,
  unit: 'households a second',
  writers: 1,
  mode: 'work',
  size: { small: 500, normal: 2_000, large: 20_000 },
  ours: { ...script('distributed-ours'), args: [phase] },
  floor: { ...script('distributed-floor'), args: [phase] },
  target: 0.5,
});

export const FIGURES: readonly Figure[] = [
  {
    name: 'append-1',
    unit: 'durable appends a second, one writer',
    writers: 1,
    mode: 'append',
    size: { small: 4_000, normal: 12_000, large: 40_000 },
    ours: one('append-sanad'),
    floor: one('append-bare-sqlite'),
    beside: [one('fdatasync')],
    peers: peers(0.1),
    target: 0.7,
  },
  {
    name: 'append-64',
    unit: 'durable appends a second, 64 writers',
    writers: 64,
    mode: 'append',
    size: { small: 51_200, normal: 128_000, large: 512_000 },
    ours: one('append-sanad'),
    floor: one('append-bare-sqlite'),
    beside: [one('fdatasync')],
    peers: peers(0.05),
    target: 0.7,
    peerTargets: { 'emmett-postgresql': 9, '*': 3 },
  },
  {
    name: 'replay',
    unit: 'events a second',
    writers: 8,
    mode: 'replay',
    size: { small: 100_000, normal: 400_000, large: 1_000_000 },
    ours: one('replay-sanad'),
    floor: one('replay-json-parse'),
    peers: peers(0.05),
    target: 0.6,
  },
  {
    name: 'http',
    unit: 'durable commands a second, 64 clients',
    writers: 64,
    mode: 'work',
    size: { small: 5_000, normal: 20_000, large: 50_000 },
    ours: script('http-ours'),
    floor: script('http-floor'),
    target: 0.6,
  },
  {
    name: 'import',
    unit: 'households a second',
    writers: 1,
    mode: 'work',
    size: { small: 5_000, normal: 50_000, large: 200_000 },
    ours: script('import-ours'),
    floor: script('import-floor'),
    target: 0.3,
  },
  {
    name: 'cycle',
    unit: 'payments a second',
    writers: 1,
    mode: 'work',
    size: { small: 10_000, normal: 100_000, large: 1_000_000 },
    ours: script('cycle-ours'),
    floor: script('cycle-floor'),
    target: 0.3,
  },
  {
    name: 'outcomes',
    unit: 'payments a second',
    writers: 1,
    mode: 'work',
    size: { small: 10_000, normal: 100_000, large: 500_000 },
    ours: script('outcomes-ours'),
    floor: script('outcomes-floor'),
    target: 0.3,
  },
  {
    name: 'pain001',
    unit: 'credit transfers a second',
    writers: 1,
    mode: 'work',
    size: { small: 20_000, normal: 1_000_000, large: 1_000_000 },
    ours: script('pain001-ours'),
    floor: script('pain001-floor'),
    target: 0.33,
  },
  {
    name: 'camt054',
    unit: 'entries read and applied a second',
    writers: 1,
    mode: 'work',
    size: { small: 10_000, normal: 100_000, large: 1_000_000 },
    ours: script('camt054-ours'),
    floor: script('camt054-floor'),
    target: 0.33,
  },
  {
    name: 'rebuild',
    unit: 'events a second',
    writers: 1,
    mode: 'work',
    size: { small: 20_000, normal: 200_000, large: 1_000_000 },
    ours: script('rebuild-ours'),
    floor: script('rebuild-floor'),
    target: 0.4,
  },
  {
    name: 'relay',
    unit: 'events published to Kafka a second',
    writers: 1,
    mode: 'work',
    size: { small: 10_000, normal: 100_000, large: 1_000_000 },
    ours: servers('relay-ours'),
    floor: servers('relay-floor'),
    target: 0.8,
  },
  {
    name: 'projection',
    unit: 'events from Kafka into PostgreSQL a second',
    writers: 1,
    mode: 'work',
    size: { small: 10_000, normal: 100_000, large: 500_000 },
    ours: servers('projection-ours'),
    floor: servers('projection-floor'),
    target: 0.5,
  },
  ...['import', 'decisions', 'preparation', 'instruction'].map(distributed),
];
