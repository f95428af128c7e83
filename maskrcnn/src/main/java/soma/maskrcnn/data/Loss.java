package soma.maskrcnn.data;

/** What a data set can lose on its way into another form. */
public enum Loss {
    /** Only COCO knows objects that stand for many. */
    CROWD("crowds (left out)"),
    /** No run lengths and no label stand for it. */
    EMPTY_MASK("masks without a pixel (left out)"),
    /** The mask is that of the polygons. */
    POLYGON("outlines of polygons (written as the pixels that they cover)"),
    /** Only COCO keeps a box and an area beside the mask. */
    BOX("boxes or areas that aren't those of their masks (which are read back)"),
    /** A pixel of a label image belongs to one object. */
    OVERLAP("objects under smaller ones (only the pixels on top are written)"),
    /** A pixel of a label image belongs to one object. */
    HIDDEN("objects wholly under smaller ones (left out)"),
    /** Label images have no classes. */
    CLASS("objects of other classes than cell (label images have no classes)"),
    /** Read as damage, since the competition has three classes of its own. */
    FOREIGN_CLASS("rows of classes that the competition doesn't have (--skip-damaged reads them)"),
    /** A table names classes only where objects have them. */
    UNUSED_CLASS("classes without objects (left out)"),
    /** A table has no more of a class than its name. */
    SHARED_NAME("classes of the same name as another (read back as one)"),
    /** A table has no more of a class than its name. */
    CLASS_NUMBER("numbers of classes (read back as their places in the list)"),
    /** Images of tables and folders are known by the names of their files. */
    IMAGE_ID("ids of images (now the names of their files)"),
    /** A table says no more of an image than its name. */
    IMAGE_PLACE("images that aren't <id>.png in one folder (where a table's images are)"),
    /** A label image means nothing without its image. */
    IMAGE("images that can't be read or are of another size (left out with their objects)");

    private final String description;

    Loss(String description) {
        this.description = description;
    }

    /** Says in plural what is lost and what happens. */
    public String description() {
        return description;
    }
}
