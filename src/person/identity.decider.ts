import { requireRole, type Context, type Decider, type Draft } from '../kernel/decider.js';
import { DomainError, never } from '../kernel/errors.js';

export type IdentityEvent = 'IdentityClaimed' | 'IdentityReleased';
export interface IdentityState {
  readonly status: 'none' | 'claimed' | 'released';
  readonly identityHash: string;
  readonly personId: string;
}
export type IdentityCommand =
  | { readonly type: 'ClaimIdentity'; readonly identityHash: string; readonly personId: string }
  | { readonly type: 'ReleaseIdentity'; readonly reason: string };

/** Codes that identities refuse with. */
export const IDENTITY_REFUSALS = [
  'ROLE_NOT_ALLOWED',
  'IDENTITY_ALREADY_REGISTERED',
  'IDENTITY_NOT_CLAIMED',
] as const;

/** One national identity, one person: the stream is named by the keyed hash of the number. */
export const identityDecider: Decider<IdentityState, IdentityCommand, IdentityEvent> = {
  initialState: { status: 'none', identityHash: '', personId: '' },
  decide(state, command, context: Context): readonly Draft<IdentityEvent>[] {
    switch (command.type) {
      case 'ClaimIdentity':
        requireRole(context, 'intake', 'case-officer', 'supervisor');
        if (state.status === 'claimed') {
          if (state.personId === command.personId) return [];
          throw new DomainError(
            'IDENTITY_ALREADY_REGISTERED',
            'This national identity is registered already, for another person.',
            'conflict',
            'nationalId',
          );
        }
        return [
          {
            type: 'IdentityClaimed',
            data: { identityHash: command.identityHash, personId: command.personId },
          },
        ];
      case 'ReleaseIdentity':
        requireRole(context, 'administrator', 'supervisor');
        if (state.status !== 'claimed')
          throw new DomainError('IDENTITY_NOT_CLAIMED', 'Nobody holds this identity.', 'rule');
        return [
          {
            type: 'IdentityReleased',
            data: {
              identityHash: state.identityHash,
              personId: state.personId,
              reason: command.reason,
            },
          },
        ];
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
