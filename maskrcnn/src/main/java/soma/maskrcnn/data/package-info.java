/**
 * Data sets and predictions in files: COCO JSON, the competition's CSV, DSB2018 folders, label
 * images, and back. Defects that leave something to work with are counted; everything else is a
 * failure that names the file and the field.
 */
package soma.maskrcnn.data;
