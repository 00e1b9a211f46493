/** What senders write where they have no reference of their own. */
const NONE =
  /^(?:NOT ?PROVIDED|NON ?REF|NO ?REF(?:ERENCE)?|NONE|N\/?A|NULL|UNDEFINED|UNKNOWN|[-./_*#0 ]+)$/i;

/** A bank's reference that tells a booking from another; undefined for what stands for none. */
export const tellingReference = (
  text: string | undefined,
  /** What names the payment or its message: it is the same of each of its bookings. */
  names: readonly (string | undefined)[] = [],
): string | undefined =>
  text === undefined || NONE.test(text.trim()) || names.includes(text) ? undefined : text;
