/**
 * What the addresses that we give out begin with where no setting says otherwise:
 * /problems/<code> of a refusal, /schemas/events/… of an event. Has no slash at its end. No stored
 * event has it.
 */
export const DEFAULT_BASE_URI = 'https://sanad.example';
/** Injects the base in use. */
export const BASE_URI = Symbol('BaseUri');
