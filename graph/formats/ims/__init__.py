"""Content packages of the IMS (1EdTech) standards: Common Cartridge and QTI, read and written."""
