import { expect } from '@jest/globals';
import { leaveOut } from './left-out.js';

type Server = { readonly running: true } | { readonly running: false; readonly reason: string };

/**
 * The servers that a spec needs are there; where one is not, the spec is not run here, in words.
 */
export function requireHere(...servers: readonly Server[]): void {
  for (const server of servers) if (!server.running) return leaveOut(server.reason);
  expect(servers.length).toBeGreaterThan(0);
}
