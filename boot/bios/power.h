/* Restarting and switching off. */
#ifndef BOOT_BIOS_POWER_H
#define BOOT_BIOS_POWER_H

/* Restarts the PC, by the gentlest means that works. Context: struct platform. */
void power_reboot(void *context);

/* Switches the PC off through APM; returns when it can't. */
void power_off(void *context);

#endif
