"""Step 5: costs against benefits by the Green Book."""
