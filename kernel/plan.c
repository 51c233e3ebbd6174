#include "kernel/plan.h"

/* Whether a drive can come to this place while the PC runs: nothing that must not be disturbed is
 * on the cable, and its ports are decoded. */
static bool may_come_in(const struct port *port)
{
    switch (port->verdict) {
    case VERDICT_PROBING:
    case VERDICT_DISK:
    case VERDICT_CHANNEL_OFF:
    case VERDICT_CHANNEL_FLOATS:
        return false;
    default:
        return !port->disk_forever && port_alone(port) != ALONE_NO;
    }
}

bool plan_fits(enum way way, const struct port *port, const struct plan *plan)
{
    switch (way) {
    case WAY_INTRO:
    case WAY_EJECT:
    case WAY_CATCH:
        return port_vendor_allowed(port) == 0;
    case WAY_LATE_CABLE:
    case WAY_LATE_POWER:
    case WAY_HOT_SWAP:
        return !plan->brought_in && may_come_in(port);
    case WAY_SWITCH_ON:
        /* Without PCI there is no setup that could switch a channel off. */
        return !plan->brought_in && port->channel->has_pci &&
               (port->verdict == VERDICT_CHANNEL_OFF || port->verdict == VERDICT_CHANNEL_FLOATS ||
                may_come_in(port));
    default:
        return false;
    }
}

enum way plan_next(const struct port *port, const struct plan *plan)
{
    for (enum way way = WAY_INTRO; way < WAY_COUNT; way++) {
        if (!(plan->tried & 1u << way) && plan_fits(way, port, plan))
            return way;
    }
    return WAY_COUNT;
}
