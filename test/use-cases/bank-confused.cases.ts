import {
  accounts,
  encodings,
  kinds,
  references,
  reports,
  statuses,
  sums,
} from './bank-confused-form.cases.js';
import type { Case } from './bank-confused.fixtures.js';
import { amounts, batches, reversals } from './bank-confused-money.cases.js';
import { besides, charged, creditors, debtors } from './bank-confused-beside.cases.js';
import { days } from './bank-confused-days.cases.js';
import { names, orders } from './bank-confused-order.cases.js';

/** Messages as a confused or a hostile bank sends them, each judged by hand. */
export const CASES: readonly Case[] = Object.entries({
  batch: batches,
  reversal: reversals,
  amount: amounts,
  beside: besides,
  charge: charged,
  debtor: debtors,
  creditor: creditors,
  status: statuses,
  sum: sums,
  account: accounts,
  reference: references,
  encoding: encodings,
  kind: kinds,
  report: reports,
  order: orders,
  name: names,
  day: days,
}).flatMap(([group, cases]) => cases.map((one) => ({ ...one, name: `${group}: ${one.name}` })));
