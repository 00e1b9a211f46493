/** The code of a region as every door takes it: a subdivision of ISO 3166-2, such as MA-06. */
export const REGION = /^[A-Z]{2}-[A-Z0-9]{1,3}$/;

export const isRegion = (text: string): boolean => REGION.test(text);
