/**
 * A projection that stopped, loudly: it would rather show nothing newer than something wrong. `detail` names the place in
 * the log and what to do. PROJECTION_GAP: events are missing. PROJECTION_FAILED: an event could not be folded.
 */
export class ProjectionError extends Error {
  constructor(
    readonly code: 'PROJECTION_GAP' | 'PROJECTION_FAILED',
    readonly detail: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${detail}`, options);
    this.name = 'ProjectionError';
  }
}
