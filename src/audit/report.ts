export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8';
/** A place in the log where an invariant does not hold. `detail` carries no personal data. */
export interface Violation {
  readonly invariant: Invariant;
  readonly stream: string;
  readonly position: number;
  readonly detail: string;
}
export interface AuditReport {
  readonly events: number;
  /** The first 1,000; `violationCount` counts all. */
  readonly violations: readonly Violation[];
  readonly violationCount: number;
}
export type Found = (invariant: Invariant, detail: string) => void;
