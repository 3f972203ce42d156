//! `TreeEnsembleClassifier` on [`TreeEnsemble`], in place of tract's own, whose time grows with the square of the trees.

use std::sync::Arc;

use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

use crate::inference::trees::{Attributes, Mode, PostTransform, TreeEnsemble};

/// Puts this operator in the place of tract's.
pub(super) fn register(onnx: &mut tract_onnx::Onnx) {
    onnx.op_register.insert("TreeEnsembleClassifier", parse);
}

fn parse(_context: &ParsingContext, node: &NodeProto) -> TractResult<(Box<dyn InferenceOp>, Vec<String>)> {
    let labels: Arc<[i64]> = node.get_attr_slice::<i64>("classlabels_int64s")?.into();
    Ok((expand(TreeEnsembleOp { ensemble: Arc::new(ensemble(node)?), labels }), Vec::new()))
}

/// The trees of a node of that operator.
pub(super) fn ensemble(node: &NodeProto) -> TractResult<TreeEnsemble> {
    let refused = ["_as_tensor", "classlabels_strings", "aggregate_function"];
    if let Some(attribute) = node.attribute.iter().find(|a| refused.iter().any(|name| a.name.ends_with(name))) {
        return node.bail_attr(&attribute.name, "is not supported");
    }
    let ints = |name: &str| Ok::<_, TractError>(node.get_attr_opt_slice::<i64>(name)?.unwrap_or_default());
    let floats = |name: &str| Ok::<_, TractError>(node.get_attr_opt_slice::<f32>(name)?.unwrap_or_default());
    let mode = |name: &&str| Mode::from_name(name).ok_or_else(|| format_err!("nodes_modes: {name:?} is not supported"));
    let modes: Vec<Mode> = node.get_attr_vec::<&str>("nodes_modes")?.iter().map(mode).collect::<TractResult<_>>()?;
    let labels = node.get_attr_slice::<i64>("classlabels_int64s")?;
    let post_transform = match node.get_attr_opt::<&str>("post_transform")?.unwrap_or("NONE") {
        "NONE" => PostTransform::None,
        "SOFTMAX" => PostTransform::Softmax,
        other => return node.bail_attr("post_transform", &format!("{other:?} is not supported")),
    };
    TreeEnsemble::new(&Attributes {
        nodes_treeids: ints("nodes_treeids")?,
        nodes_nodeids: ints("nodes_nodeids")?,
        nodes_featureids: ints("nodes_featureids")?,
        nodes_values: floats("nodes_values")?,
        nodes_modes: &modes,
        nodes_truenodeids: ints("nodes_truenodeids")?,
        nodes_falsenodeids: ints("nodes_falsenodeids")?,
        nodes_missing_value_tracks_true: ints("nodes_missing_value_tracks_true")?,
        class_treeids: ints("class_treeids")?,
        class_nodeids: ints("class_nodeids")?,
        class_ids: ints("class_ids")?,
        class_weights: floats("class_weights")?,
        base_values: floats("base_values")?,
        post_transform,
        n_classes: labels.len(),
    })
    .map_err(|reason| format_err!("{reason}"))
}

/// `[N, F]` f32 to labels `[N]` i64 and scores or probabilities `[N, C]` f32.
#[derive(Clone, Debug)]
struct TreeEnsembleOp {
    ensemble: Arc<TreeEnsemble>,
    labels: Arc<[i64]>,
}

impl PartialEq for TreeEnsembleOp {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.ensemble, &other.ensemble) && Arc::ptr_eq(&self.labels, &other.labels)
    }
}

impl Eq for TreeEnsembleOp {}

impl Expansion for TreeEnsembleOp {
    fn name(&self) -> StaticName {
        "TreeEnsembleClassifier".into()
    }

    fn nboutputs(&self) -> TractResult<usize> {
        Ok(2)
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        s: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        check_input_arity(inputs, 1)?;
        check_output_arity(outputs, 2)?;
        s.equals(&inputs[0].datum_type, f32::datum_type())?;
        s.equals(&inputs[0].rank, 2)?;
        s.equals(&outputs[0].datum_type, i64::datum_type())?;
        s.equals(&outputs[0].rank, 1)?;
        s.equals(&outputs[0].shape[0], &inputs[0].shape[0])?;
        s.equals(&outputs[1].datum_type, f32::datum_type())?;
        s.equals(&outputs[1].rank, 2)?;
        s.equals(&outputs[1].shape[0], &inputs[0].shape[0])?;
        s.equals(&outputs[1].shape[1], self.ensemble.n_classes().to_dim())
    }

    fn wire(&self, prefix: &str, model: &mut TypedModel, inputs: &[OutletId]) -> TractResult<TVec<OutletId>> {
        model.wire_node(prefix, self.clone(), inputs)
    }
}

impl Op for TreeEnsembleOp {
    fn name(&self) -> StaticName {
        "TreeEnsembleClassifier".into()
    }

    fn info(&self) -> TractResult<Vec<String>> {
        Ok(vec![format!("{} trees, {} classes", self.ensemble.n_trees(), self.ensemble.n_classes())])
    }

    op_as_typed_op!();
}

impl EvalOp for TreeEnsembleOp {
    op_out_of_plan!();

    fn eval(&self, _context: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let input = args_1!(inputs);
        let rows = input.to_plain_array_view::<f32>()?.into_dimensionality::<tract_ndarray::Ix2>()?;
        let n_rows = rows.nrows();
        let (mut winners, mut values) = (Vec::with_capacity(n_rows), Vec::new());
        for row in rows.outer_iter() {
            let row = row.to_vec();
            let output = self.ensemble.probabilities(&row).map_err(|reason| format_err!("{reason}"))?;
            let best = (1..output.len()).fold(0, |best, class| if output[class] > output[best] { class } else { best });
            winners.push(self.labels[best]);
            values.extend(output);
        }
        let values = Tensor::from_shape(&[n_rows, self.ensemble.n_classes()], &values)?;
        Ok(tvec!(tensor1(&winners).into_tvalue(), values.into_tvalue()))
    }
}

impl TypedOp for TreeEnsembleOp {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let [rows, columns] = &*inputs[0].shape else { bail!("the input of a tree ensemble is not [rows, columns]") };
        if let Ok(columns) = columns.to_usize()
            && columns < self.ensemble.n_features()
        {
            bail!("the trees look at {} columns and the input has {columns}", self.ensemble.n_features());
        }
        let classes = self.ensemble.n_classes().to_dim();
        Ok(tvec!(i64::fact(std::slice::from_ref(rows)), f32::fact(&[rows.clone(), classes])))
    }

    as_op!();
}
