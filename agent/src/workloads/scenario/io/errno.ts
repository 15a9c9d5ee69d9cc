/** Error numbers of Linux (asm-generic/errno-base.h, errno.h) that a program on sockets meets; calls return them negated. */
export const EAGAIN = 11;
export const EPIPE = 32;
export const ENETUNREACH = 101;
export const ECONNABORTED = 103;
export const ECONNRESET = 104;
export const ETIMEDOUT = 110;
export const ECONNREFUSED = 111;
export const EHOSTUNREACH = 113;
export const EINPROGRESS = 115;
