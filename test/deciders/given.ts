import { afterAll, expect } from '@jest/globals';
import type { EventData, EventType } from '../../events/generated.js';
import { EventRegistry } from '../../events/registry.js';
import { MAY_CAUSE } from '../../src/audit/roles-check.js';
import {
  ROLES,
  type Context,
  type Decider,
  type Draft,
  type Foldable,
  type Role,
} from '../../src/kernel/decider.js';
import { DomainError } from '../../src/kernel/errors.js';

const registry = new EventRegistry();
export const NOW = '2026-02-10T09:00:00.000Z';
export const HASH = 'a'.repeat(64);
export const OTHER_HASH = 'b'.repeat(64);
/** The n-th of as many UUIDs as a test needs. */
export const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** Somebody in a role, perhaps limited to regions. */
export const by = (id: string, role: Role, ...regions: readonly string[]): Context => ({
  actor: { id, role, ...(regions.length > 0 ? { regions } : {}) },
  now: NOW,
  commandId: uuid(9_000),
  correlationId: uuid(9_000),
});

/** An event of the past; `actor` recorded it. */
export const was = <T extends EventType>(
  type: T,
  data: EventData[T],
  actor = 'someone',
  role: Role = 'intake',
  time = NOW,
): Foldable<T> => ({ type, data, meta: { actor, role }, time }) as Foldable<T>;

type Decided<T extends EventType> = readonly Draft<T>[] | DomainError;

interface Asserted<T extends EventType> {
  /** Exactly these events, which must fit their schemas; none: nothing to do. */
  then(...drafts: readonly Draft<T>[]): void;
  /** One event of the type, of which the fields named are looked at. */
  thenOne<K extends T>(type: K, data?: Partial<EventData[K]>): void;
  thenRefused(code: string, field?: string): void;
}

/** What the scenarios of one decider brought about. */
interface SeenSoFar {
  readonly codes: Set<string>;
  readonly commands: Set<string>;
  readonly causes: Map<EventType, Set<Role>>;
}

/**
 * Scenarios of one decider: given(events).when(command, who).then(events) or .thenRefused(code).
 * After the last one it fails for a command that none used, for a refusal code that is declared and
 * was never seen, and for one seen and not declared. Each command is given in every role as well:
 * the decider must let just those cause an event that the audit lets.
 * @param commands each of them; by 'fewer roles' where fewer may give it than may cause its event,
 *   which another command causes as well
 */
export function scenarios<S, C extends { readonly type: string }, T extends EventType>(
  decider: Decider<S, C, T>,
  refusals: readonly string[],
  commands: { readonly [K in C['type']]: true | 'fewer roles' },
) {
  const seen: SeenSoFar = { codes: new Set(), commands: new Set(), causes: new Map() };
  afterAll(() => {
    expect([...seen.commands].sort()).toEqual(Object.keys(commands).sort());
    expect([...seen.codes].sort()).toEqual([...refusals].sort());
    expectCausesOfAudit(seen.causes);
  });

  const stateAfter = (events: readonly Foldable<T>[]): S =>
    events.reduce((state, event) => decider.evolve(state, event), decider.initialState);

  function given(...events: readonly Foldable<T>[]) {
    for (const event of events)
      registry.validate(event.type, registry.latestVersion(event.type), event.data);
    return {
      when(command: C, context: Context): Asserted<T> {
        seen.commands.add(command.type);
        const state = stateAfter(events);
        const decide = (as: Context) => attempt(() => decider.decide(state, command, as));
        const decided = decide(context);
        tryEachRole(decide, context, seen.causes, commands[command.type as C['type']] === true);
        return assertedOf(decided, seen.codes);
      },
    };
  }
  return { given };
}

/** Just those roles cause an event that the audit lets. */
function expectCausesOfAudit(causes: SeenSoFar['causes']): void {
  const types = [...causes.keys()];
  const sorted = (of: (type: EventType) => Iterable<Role>) =>
    Object.fromEntries(types.map((type) => [type, [...of(type)].sort()]));
  expect(sorted((type) => causes.get(type)!)).toEqual(sorted((type) => MAY_CAUSE[type]));
}

/**
 * Notes which roles would cause which events: none that the audit does not let, and of those that
 * it lets cause what was decided, none is refused for its role.
 */
function tryEachRole<T extends EventType>(
  decide: (as: Context) => Decided<T>,
  context: Context,
  causes: SeenSoFar['causes'],
  isForEach: boolean,
): void {
  const caused = isForEach ? typesOf(decide(context)) : [];
  for (const role of ROLES) {
    const decided = decide({ ...context, actor: { ...context.actor, role } });
    const types = typesOf(decided);
    expect({ role, types }).toEqual({
      role,
      types: types.filter((type) => MAY_CAUSE[type].includes(role)),
    });
    for (const type of types) causes.set(type, (causes.get(type) ?? new Set<Role>()).add(role));
    if (caused.length > 0 && caused.every((type) => MAY_CAUSE[type].includes(role)))
      expect({ role, code: codeOf(decided) }).not.toEqual({ role, code: 'ROLE_NOT_ALLOWED' });
  }
}

const typesOf = <T extends EventType>(decided: Decided<T>): readonly EventType[] =>
  decided instanceof DomainError ? [] : decided.map(({ type }) => type);
const codeOf = <T extends EventType>(decided: Decided<T>): string =>
  decided instanceof DomainError ? decided.code : '';

/** What may be expected of a decision; the code of a refusal is noted. */
function assertedOf<T extends EventType>(decided: Decided<T>, codes: Set<string>): Asserted<T> {
  return {
    then(...drafts) {
      expect(drafted(decided)).toEqual(drafts);
    },
    thenOne(type, data = {}) {
      const drafts = drafted(decided);
      expect(drafts.map((draft) => draft.type)).toEqual([type]);
      expect(drafts[0]!.data).toMatchObject(data);
    },
    thenRefused(code, field) {
      if (!(decided instanceof DomainError))
        throw new Error(`decided ${JSON.stringify(decided)} instead of refusing with ${code}`);
      expect({
        code: decided.code,
        ...(field === undefined ? {} : { field: decided.field }),
      }).toEqual({ code, ...(field === undefined ? {} : { field }) });
      codes.add(decided.code);
    },
  };
}

function drafted<T extends EventType>(decided: Decided<T>): readonly Draft<T>[] {
  if (decided instanceof DomainError) throw decided;
  for (const draft of decided)
    registry.validate(draft.type, registry.latestVersion(draft.type), draft.data);
  return decided;
}

function attempt<T extends EventType>(decide: () => readonly Draft<T>[]): Decided<T> {
  try {
    return decide();
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}
