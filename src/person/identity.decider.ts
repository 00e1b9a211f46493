import {
  requireRole,
  type CommandOf,
  type Context,
  type Decider,
  type Draft,
} from '../kernel/decider.js';
import { DomainError, never } from '../kernel/errors.js';

export type IdentityEvent = 'IdentityClaimed' | 'IdentityReleased';
export interface IdentityState {
  readonly status: 'none' | 'claimed' | 'released';
  readonly identityHash: string;
  readonly personId: string;
}
export type IdentityCommand =
  | {
      readonly type: 'ClaimIdentity';
      readonly identityHash: string;
      readonly personId: string;
      /**
       * Whoever holds the claim and can never be registered with it: what they left is taken over.
       */
      readonly abandonedBy?: string;
    }
  | {
      readonly type: 'ReleaseIdentity';
      /** Whoever is erased, and holds it no more. */
      readonly personId: string;
      readonly reason: string;
    };

/** Codes that identities refuse with. */
export const IDENTITY_REFUSALS = [
  'ROLE_NOT_ALLOWED',
  'IDENTITY_ALREADY_REGISTERED',
  'IDENTITY_NOT_CLAIMED',
] as const;

const ABANDONED = 'Whoever claimed it was registered with another identity';

function claim(
  { status, personId: holder }: IdentityState,
  { identityHash, personId, abandonedBy }: CommandOf<IdentityCommand, 'ClaimIdentity'>,
): readonly Draft<IdentityEvent>[] {
  const claimed = { type: 'IdentityClaimed', data: { identityHash, personId } } as const;
  if (status !== 'claimed') return [claimed];
  if (holder === personId) return [];
  if (holder !== abandonedBy)
    throw new DomainError(
      'IDENTITY_ALREADY_REGISTERED',
      'This national identity is registered already, for another person.',
      'conflict',
      'nationalId',
    );
  const data = { identityHash, personId: holder, reason: ABANDONED };
  return [{ type: 'IdentityReleased', data }, claimed];
}

/** Where it was released already, or is somebody else's by now, there is nothing to do. */
function release(
  { status, identityHash, personId: holder }: IdentityState,
  { personId, reason }: CommandOf<IdentityCommand, 'ReleaseIdentity'>,
): readonly Draft<IdentityEvent>[] {
  if (status === 'none')
    throw new DomainError('IDENTITY_NOT_CLAIMED', 'Nobody holds this identity.', 'rule');
  if (status === 'released' || holder !== personId) return [];
  return [{ type: 'IdentityReleased', data: { identityHash, personId, reason } }];
}

/** One national identity, one person: the stream is named by the keyed hash of the number. */
export const identityDecider: Decider<IdentityState, IdentityCommand, IdentityEvent> = {
  initialState: { status: 'none', identityHash: '', personId: '' },
  decide(state, command, context: Context): readonly Draft<IdentityEvent>[] {
    switch (command.type) {
      case 'ClaimIdentity':
        requireRole(context, 'intake', 'case-officer', 'supervisor');
        return claim(state, command);
      case 'ReleaseIdentity':
        requireRole(context, 'administrator', 'supervisor', 'automation');
        return release(state, command);
      default:
        return never(command);
    }
  },
  evolve(state, event) {
    switch (event.type) {
      case 'IdentityClaimed':
        return { status: 'claimed', ...event.data };
      case 'IdentityReleased':
        return { ...state, status: 'released' };
      default:
        return state;
    }
  },
};
