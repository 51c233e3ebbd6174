# The images that users write, made with SYSLINUX and mtools, without root. Included by Makefile.

IMAGES        := $(BUILD)/images
SYSLINUX      := /usr/lib/syslinux
USB_IMAGE     := $(IMAGES)/oddrescue-usb.img

# All files in the images carry this date (mtools takes it from the environment), and the volumes a
# fixed serial number, so that the same sources give the same image.
IMAGE_DATE    := 2026-01-01 12:00:00
IMAGE_EPOCH   := 1767268800
VOLUME_SERIAL := 0DD5C0DE
MTOOLS        := MTOOLS_SKIP_CHECK=1 TZ=UTC SOURCE_DATE_EPOCH=$(IMAGE_EPOCH)

# USB-HDD: 64 cylinders of 32 heads and 63 sectors (63 MiB); the only partition starts at 1 MiB, as
# partitioning tools do it, and ends with the last cylinder. FAT16 with 2 KiB clusters: about 31,500
# of them, far from the limits of 4,085 and 65,524 (Microsoft FAT specification, "FAT type
# determination").
USB_HEADS           := 32
USB_TRACK           := 63
USB_SECTORS         := 129024
USB_PARTITION_START := 2048
USB_CLUSTER_SECTORS := 4

.PHONY: images
images: $(USB_IMAGE)

# An image is built under another name and moved when it is whole.
$(USB_IMAGE): $(KERNEL) $(EFI_PROGRAMS) $(wildcard images/*.cfg images/*.CFG images/*.TXT) \
              images/partition.py images/images.mk
	@mkdir -p $(@D)
	$(call say,IMAGE,$@)
	$(Q)rm -f $@ $@.new
	$(Q)/usr/bin/python3 images/partition.py $@.new $(SYSLINUX)/mbr/mbr.bin $(USB_SECTORS) \
	    $(USB_PARTITION_START) $(USB_HEADS) $(USB_TRACK) $(VOLUME_SERIAL)
	$(Q)/usr/sbin/mkfs.fat --invariant -F 16 -i $(VOLUME_SERIAL) -n ODDRESCUE -S 512 \
	    -s $(USB_CLUSTER_SECTORS) -g $(USB_HEADS)/$(USB_TRACK) -h $(USB_PARTITION_START) \
	    --offset $(USB_PARTITION_START) $@.new \
	    $$((($(USB_SECTORS) - $(USB_PARTITION_START)) / 2)) >/dev/null
	$(Q)$(MTOOLS) syslinux --install --offset $$(($(USB_PARTITION_START) * 512)) $@.new
	$(call fill_volume,$@.new@@$$(($(USB_PARTITION_START) * 512)))
	$(call add_efi,$@.new@@$$(($(USB_PARTITION_START) * 512)))
	$(Q)mv $@.new $@

# $(1) = mtools name of a volume that has SYSLINUX on it: copies our files there. Nothing but
# ldlinux.c32 of the same package as the loader, and our own.
define fill_volume
	$(Q)rm -rf $(IMAGES)/files && mkdir -p $(IMAGES)/files/FIRMWARE
	$(Q)cp $(SYSLINUX)/modules/bios/ldlinux.c32 $(KERNEL) images/syslinux.cfg images/README.TXT \
	    images/ODDRESC.CFG $(IMAGES)/files/
	$(Q)cp images/FIRMWARE.TXT $(IMAGES)/files/FIRMWARE/README.TXT
	$(Q)find $(IMAGES)/files -exec env TZ=UTC touch -d '$(IMAGE_DATE)' {} +
	$(Q)$(MTOOLS) mcopy -o -s -m -Q -i $(1) $(addprefix $(IMAGES)/files/,ldlinux.c32 \
	    $(notdir $(KERNEL)) syslinux.cfg README.TXT ODDRESC.CFG FIRMWARE) ::
	$(Q)rm -rf $(IMAGES)/files
endef

# $(1) = mtools name of a volume: adds the UEFI programs under the names that firmware looks for on a
# removable disk (UEFI Specification 2.10, 3.5.1.1).
define add_efi
	$(Q)rm -rf $(IMAGES)/files && mkdir -p $(IMAGES)/files/EFI/BOOT
	$(Q)cp $(EFI_X64) $(IMAGES)/files/EFI/BOOT/BOOTX64.EFI
	$(Q)cp $(EFI_IA32) $(IMAGES)/files/EFI/BOOT/BOOTIA32.EFI
	$(Q)find $(IMAGES)/files -exec env TZ=UTC touch -d '$(IMAGE_DATE)' {} +
	$(Q)$(MTOOLS) mcopy -o -s -m -Q -i $(1) $(IMAGES)/files/EFI ::
	$(Q)rm -rf $(IMAGES)/files
endef

include images/floppy.mk
include images/pxe.mk
