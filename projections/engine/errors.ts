/**
 * A projection that stopped, loudly: it would rather show nothing newer than something wrong.
 * `detail` names the place in the log and what to do. PROJECTION_GAP: events are missing.
 * PROJECTION_FAILED: an event could not be folded. PROJECTION_NEWER: the read model that is live is
 * of a newer version than this process.
 */
export class ProjectionError extends Error {
  constructor(
    readonly code: 'PROJECTION_GAP' | 'PROJECTION_FAILED' | 'PROJECTION_NEWER',
    readonly detail: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${detail}`, options);
    this.name = 'ProjectionError';
  }
}
