/** Whether somebody has signed out in this window: their browser may still be signed in. */
export const left = $state({ here: false, byBrowser: false });
