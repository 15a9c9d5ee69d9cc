/** Linux error numbers (include/uapi/asm-generic/errno-base.h and errno.h); what fails returns them negated. */
export const EPERM = 1;
export const ENOENT = 2;
export const E2BIG = 7;
export const EAGAIN = 11;
export const ENOMEM = 12;
export const EFAULT = 14;
export const EEXIST = 17;
export const EINVAL = 22;
export const ENOSPC = 28;
/** From the kernel's own list (include/linux/errno.h): the map type has no such operation. */
export const ENOTSUPP = 524;
