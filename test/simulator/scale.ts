/** How much goes on in a history. */
export interface Scale {
  /** Enrolled when it begins. */
  readonly households: number;
  /** Who may come to the counter besides. */
  readonly newcomers: number;
  /** People who can do the same, for each of those who are named. */
  readonly deputies: number;
  /** At most so many at work at once. */
  readonly atOnce: number;
  readonly actions: number;
  /** The working days that the actions are spread over; nobody is at work between two of them. */
  readonly days: number;
  /** Steps after the last fault within which everything is closed. */
  readonly closedWithin: number;
}

/** Some minutes of a small office: the shortest in which everything can meet everything. */
export const SHORT: Scale = {
  households: 4,
  newcomers: 8,
  deputies: 1,
  atOnce: 6,
  actions: 30,
  days: 1,
  closedWithin: 60_000,
};

/** A week of a ministry: fifty-six people at work, and a programme of sixty households. */
export const WEEK: Scale = {
  households: 60,
  newcomers: 40,
  deputies: 4,
  atOnce: 20,
  actions: 300,
  days: 5,
  closedWithin: 1_000_000,
};

export const SCALES = { short: SHORT, week: WEEK };
