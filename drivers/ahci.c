#include "drivers/ahci.h"

#include "kernel/lib/string.h"

/* PCI class 01. AHCI 1.3.1, 2.1.5: SATA with programming interface 01; Intel's RAID mode is the
 * same register set under another class (PROTOCOL.md, "Chipsets"). */
enum { SUBCLASS_RAID = 0x04, SUBCLASS_SATA = 0x06, PROG_IF_AHCI = 0x01, VENDOR_INTEL = 0x8086 };

/* AHCI 1.3.1, 3.1 (generic host control) and 3.3 (port registers). */
enum {
    ABAR = 5,
    CAP = 0x00,
    CAP_SAM = 1 << 18,
    PI = 0x0C,
    PORTS = 0x100,
    PORT_SIZE = 0x80,
    PORT_SIG = 0x24,
    PORT_SSTS = 0x28,
    SSTS_DET = 0x0F,
    SSTS_DET_UP = 0x03
};

static const uint32_t signature_packet = 0xEB140101;
static const uint32_t signature_none = 0xFFFFFFFF; /* until the first FIS of the device */
static const uint32_t nobody = 0xFFFFFFFF;         /* what a read gives that no device answers */

static bool has_registers(const struct pci_function *controller)
{
    if (controller->subclass == SUBCLASS_SATA)
        return controller->prog_if == PROG_IF_AHCI;
    return controller->subclass == SUBCLASS_RAID && controller->vendor_id == VENDOR_INTEL;
}

static void look_at_port(const struct ports *ports, uint32_t base, unsigned port,
                         struct ahci_seen *seen)
{
    uint32_t at = base + PORTS + port * PORT_SIZE;
    uint32_t status = ports->memory32(ports->context, at + PORT_SSTS);
    uint32_t signature, bit = (uint32_t)1 << port;

    if (status == nobody || (status & SSTS_DET) != SSTS_DET_UP)
        return;
    signature = ports->memory32(ports->context, at + PORT_SIG);
    seen->with_device |= bit;
    if (signature == signature_packet)
        seen->with_packet |= bit;
    else if (signature == signature_none)
        seen->unknown |= bit;
}

void ahci_look(const struct ports *ports, const struct pci_function *controller,
               struct ahci_seen *seen)
{
    uint32_t base = controller->bar[ABAR] & ~(uint32_t)0x0F;
    uint32_t capabilities, implemented;

    memset(seen, 0, sizeof *seen);
    if (!has_registers(controller) || ports->memory32 == NULL || (controller->bar[ABAR] & 1) != 0 ||
        base == 0 || (controller->command & PCI_COMMAND_MEMORY) == 0)
        return;
    capabilities = ports->memory32(ports->context, base + CAP);
    implemented = ports->memory32(ports->context, base + PI);
    if (capabilities == nobody)
        return;
    seen->readable = true;
    seen->only_ahci = (capabilities & CAP_SAM) != 0;
    for (unsigned port = 0; port < AHCI_PORTS; port++) {
        if ((implemented >> port & 1) != 0)
            look_at_port(ports, base, port, seen);
    }
}
