/** How Node.js and OpenSSL call a certificate that they do not believe. */
const REFUSED =
  /CERT_|_CERT\b|CERTIFICATE|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ALTNAME|self[- ]signed|certificate/i;

/** Whether a failure's code or text says that the other side's certificate was refused. */
export const isCertificateRefused = (codeOrText: string): boolean => REFUSED.test(codeOrText);
