/** Whether a stack's data may be thrown away: in those named dev, local, test or smoke (`dev-anna` too). */
export const isThrowAway = (stack: string): boolean => /^(dev|local|test|smoke)(-.*)?$/.test(stack);
