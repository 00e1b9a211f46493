/** What senders write where they have no reference of their own. */
const NONE =
  /^(?:NOT ?PROVIDED|NON ?REF|NO ?REF(?:ERENCE)?|NONE|N\/?A|NULL|UNDEFINED|UNKNOWN|[-./_*#0 ]+)$/i;

/** Whether a reference says that there is none. */
export const standsForNone = (text: string): boolean => NONE.test(text.trim());

/** A reference, unless it says that there is none. */
export const unlessNone = (text: string | undefined): string | undefined =>
  text === undefined || standsForNone(text) ? undefined : text;
