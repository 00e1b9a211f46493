import type { Instruction } from '../../adapters/payment-rail/port.js';
import type { Deps } from '../../write-side/context.js';
import { Defects, type Defect } from '../../write-side/defect.js';
import { refusal, type Refusal } from '../../write-side/refusals.js';
import { accountNow, candidatesOf, type Candidate, type Head } from './account-now.js';
import type { OpenEntries } from './open-entries.js';
import type { Obstacle } from './instructable.rule.js';

/** Which payments of a cycle are asked to be instructed again, and how. */
interface ChoiceArgs {
  readonly asOf?: number;
  readonly paymentIds?: readonly string[];
  readonly sameAccount?: boolean;
  /** Who asks. */
  readonly by: string;
  /** What waits of banks' files. */
  readonly openEntries: OpenEntries;
}

/** A payment that may be instructed now, and to which account. */
export interface Chosen {
  readonly candidate: Candidate;
  readonly accountId: string;
  readonly kind: Instruction['payee']['kind'];
}

/** Of some payments, those that may be instructed now, and why the others are not. */
export interface Choice {
  readonly chosen: readonly Chosen[];
  readonly obstacles: readonly Obstacle[];
  readonly refused: readonly Refusal[];
}

/** Looks at payments and their payees as they are now; records nothing. */
export async function choosePayments(
  deps: Pick<Deps, 'store' | 'vault' | 'rail' | 'clock'>,
  { asOf, paymentIds, sameAccount = false, by, openEntries }: ChoiceArgs,
  head: Head,
  page: readonly string[],
): Promise<Choice> {
  const now = deps.clock.now();
  const chosen: Chosen[] = [];
  const obstacles: Obstacle[] = [];
  const refused: Refusal[] = [];
  const met = (paymentId: string, defect: Defect): void => {
    refused.push(refusal(paymentId, defect));
  };
  const defects = new Defects();
  const looked = await candidatesOf(deps, page, {
    programmeId: head.programmeId,
    asOf,
    entries: openEntries,
    onDefect: met,
  });
  for (const candidate of looked) {
    const found = defects.look(
      () => accountNow(deps.rail, candidate, head, { sameAccount, now, by }),
      (defect) => met(candidate.paymentId, defect),
    );
    if (!found) continue;
    if (!('error' in found)) {
      chosen.push({ candidate, accountId: found.accountId, kind: found.kind });
      continue;
    }
    obstacles.push(found);
    // What cannot be written waits for a person, who is told of it whether they asked or not.
    if (paymentIds || found.kind === 'unfit')
      refused.push(refusal(candidate.paymentId, found.error));
  }
  defects.finish();
  return { chosen, obstacles, refused };
}
