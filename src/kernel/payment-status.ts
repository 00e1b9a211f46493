/** ISO 20022 ExternalPaymentTransactionStatus1Code: what it says about the money. */
export const PAYMENT_STATUSES: Readonly<
  Record<string, 'accepted' | 'settled' | 'rejected' | 'unknown'>
> = {
  ACCP: 'accepted',
  ACTC: 'accepted',
  ACSP: 'accepted',
  ACWC: 'accepted',
  ACWP: 'accepted',
  ACFC: 'accepted',
  ACIS: 'accepted',
  PATC: 'accepted',
  ACSC: 'settled',
  ACCC: 'settled',
  RJCT: 'rejected',
  RCVD: 'unknown',
  PDNG: 'unknown',
};
