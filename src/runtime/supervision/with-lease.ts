import type { Lease, LeaseHold } from '../../adapters/lease/port.js';

/**
 * Waits for the lease and does the work of the one that holds it, whose signal aborts when the
 * process stops or the lease is lost. Resolves once stopped. @throws what the work threw, or Error
 * when the lease was lost: whoever runs it starts it again, and the work begins after what was
 * saved
 */
export async function withLease(
  lease: Lease,
  work: (hold: LeaseHold, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const hold = await lease.hold(signal);
  if (!hold) return;
  try {
    await work(hold, AbortSignal.any([signal, hold.lost]));
    if (hold.lost.aborted && !signal.aborted)
      throw new Error('The lease was lost: the connection to PostgreSQL ended.');
  } finally {
    await hold.release().catch(() => undefined);
  }
}
