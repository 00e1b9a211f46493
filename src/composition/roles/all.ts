import type { RoleName } from '../config.js';
import { startApi } from './api.js';
import { startAutomation } from './automation.js';
import { startProjector } from './projector.js';
import { startRelay } from './relay.js';
import type { Role } from './role.js';

/** What each role starts in its process. `all` is every one of them. */
const ROLES: { readonly [Name in Exclude<RoleName, 'all'>]: (role: Role) => void } = {
  relay: startRelay,
  projector: startProjector,
  automation: startAutomation,
  api: startApi,
};

/** Whether a process in the role `name` does what `what` does. */
export const does = (name: RoleName, what: keyof typeof ROLES): boolean =>
  name === 'all' || name === what;

/** Starts what the role does beside answering. */
export function startRoles(name: RoleName, role: Role): void {
  if (name === 'all') for (const start of Object.values(ROLES)) start(role);
  else ROLES[name](role);
}
