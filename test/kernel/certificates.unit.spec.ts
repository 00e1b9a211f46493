import { expect, test } from '@jest/globals';
import { isCertificateRefused } from '../../src/kernel/certificates.js';

test.each([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'No connection established. Last error: Error: self-signed certificate in certificate chain',
])('%s says that a certificate was refused', (said) => {
  expect(isCertificateRefused(said)).toBe(true);
});

test.each([
  'ECONNREFUSED',
  'ETIMEDOUT',
  '57P03',
  '',
  'No connection established. Last error: null',
])('%s does not', (said) => {
  expect(isCertificateRefused(said)).toBe(false);
});
